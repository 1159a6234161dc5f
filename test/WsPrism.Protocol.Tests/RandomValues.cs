using FsCheck;
using FsCheck.Fluent;

namespace WsPrism.Protocol.Tests;

internal static class RandomValues
{
    /// <summary>Sources of randomness that FsCheck seeds, so that a failing run can be repeated.</summary>
    public static Gen<Random> Sources => Gen.Choose(0, int.MaxValue - 1).Select(seed => new Random(seed));

    public static byte[] Bytes(Random random, int maxLength)
    {
        var bytes = new byte[random.Next(maxLength + 1)];
        random.NextBytes(bytes);
        return bytes;
    }

    public static T Pick<T>(Random random, params ReadOnlySpan<T> values) => values[random.Next(values.Length)];
}
