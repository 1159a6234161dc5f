using System.Runtime.CompilerServices;

namespace WsPrism.Wasm.Runtime;

/// <summary>What the instructions for floating point do and .NET's do not: a result that is not a number is a quiet one.</summary>
internal static class Floats
{
    // Constants that are not a number have bits of their own, which the JIT would lose if it saw that they are constants.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float Single(int bits) => BitConverter.Int32BitsToSingle(bits);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static double Double(long bits) => BitConverter.Int64BitsToDouble(bits);

    public static float Min(float left, float right)
    {
        if (left < right)
            return left;

        if (right < left)
            return right;

        // Equal but for the sign of nought, or not a number.
        return left == right
            ? BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(left) | BitConverter.SingleToInt32Bits(right))
            : left + right;
    }

    public static float Max(float left, float right)
    {
        if (left > right)
            return left;

        if (right > left)
            return right;

        return left == right
            ? BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(left) & BitConverter.SingleToInt32Bits(right))
            : left + right;
    }

    public static double Min(double left, double right)
    {
        if (left < right)
            return left;

        if (right < left)
            return right;

        return left == right
            ? BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(left) | BitConverter.DoubleToInt64Bits(right))
            : left + right;
    }

    public static double Max(double left, double right)
    {
        if (left > right)
            return left;

        if (right > left)
            return right;

        return left == right
            ? BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(left) & BitConverter.DoubleToInt64Bits(right))
            : left + right;
    }
}
