using FsCheck;
using FsCheck.Fluent;

namespace WsPrism.Protocol.Tests;

internal static class PropertyCheck
{
    /// <summary>Runs a property over generated values; a failure names the smallest value found and the seed to repeat it with.</summary>
    public static void Holds<T>(Gen<T> values, Action<T> property, int count = 2_000) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true), Prop.ForAll(values.ToArbitrary(), property));
}
