using System.Runtime.CompilerServices;

namespace WsPrism.Wasm.Runtime;

/// <summary>What the instructions for integers do and .NET's do not.</summary>
internal static class Integers
{
    // The smallest number divided by -1 overflows in .NET; the remainder is nought all the same.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Remainder(int left, int right) => right == -1 ? 0 : left % right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Remainder(long left, long right) => right == -1 ? 0 : left % right;
}
