#if NETSTANDARD2_1
using System.Diagnostics.CodeAnalysis;

namespace WsPrism.Client;

// Checks that newer frameworks have, under the same names.
internal static class Arguments
{
    extension(ArgumentNullException)
    {
        public static void ThrowIfNull([NotNull] object? argument, string? name = null)
        {
            if (argument is null)
                throw new ArgumentNullException(name);
        }
    }

    extension(ArgumentOutOfRangeException)
    {
        public static void ThrowIfLessThan(int value, int least, string? name = null)
        {
            if (value < least)
                throw new ArgumentOutOfRangeException(name);
        }
    }
}
#endif
