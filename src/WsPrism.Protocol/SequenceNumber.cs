namespace WsPrism.Protocol;

/// <summary>Serial number arithmetic of RFC 1982 with 32 bits: numbers wrap, and half the circle lies ahead. Thread-safe.</summary>
public static class SequenceNumber
{
    /// <summary>
    /// Whether <paramref name="candidate"/> comes after <paramref name="reference"/>. At a distance of exactly 2^31, which the
    /// RFC leaves undefined, neither number is newer than the other.
    /// </summary>
    public static bool IsNewer(uint candidate, uint reference) => (int)(candidate - reference) > 0;

    /// <summary>
    /// 1 where <paramref name="left"/> is newer, -1 where it is older, 0 where the two are equal or exactly 2^31 apart. Not a
    /// total order: do not sort by it what spans more than half the circle.
    /// </summary>
    public static int Compare(uint left, uint right) =>
        IsNewer(left, right) ? 1 : IsNewer(right, left) ? -1 : 0;

    /// <summary>The number after <paramref name="value"/>; zero follows the highest.</summary>
    public static uint Next(uint value) => unchecked(value + 1);
}
