#if NETSTANDARD2_1
namespace System.Numerics;

internal static class BitOperations
{
    public static int PopCount(uint value)
    {
        value -= (value >> 1) & 0x5555_5555;
        value = (value & 0x3333_3333) + ((value >> 2) & 0x3333_3333);
        return (int)((((value + (value >> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >> 24);
    }
}
#endif
