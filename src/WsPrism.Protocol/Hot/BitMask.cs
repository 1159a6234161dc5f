namespace WsPrism.Protocol.Hot;

/// <summary>Up to 64 flags in one number, flag 0 in the lowest bit. Thread-safe; nothing here throws.</summary>
public static class BitMask
{
    /// <summary>The most flags one mask holds.</summary>
    public const int MaxBits = 64;

    /// <summary>Whether flag <paramref name="index"/> is set; false outside 0–63.</summary>
    public static bool IsSet(ulong mask, int index) => (uint)index < MaxBits && (mask >> index & 1) != 0;

    /// <summary><paramref name="mask"/> with flag <paramref name="index"/> set to <paramref name="value"/>; unchanged outside 0–63.</summary>
    public static ulong With(ulong mask, int index, bool value)
    {
        if ((uint)index >= MaxBits)
            return mask;

        return value ? mask | 1UL << index : mask & ~(1UL << index);
    }

    /// <summary>The bytes that <paramref name="count"/> flags, 0–64, take on the wire.</summary>
    public static int GetLength(int count) => (count + 7) / 8;

    // Shifting by 64 would shift by nothing.
    internal static ulong Lowest(int count) => count >= MaxBits ? ulong.MaxValue : (1UL << count) - 1;
}
