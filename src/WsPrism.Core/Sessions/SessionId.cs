namespace WsPrism.Core.Sessions;

/// <summary>Makes session ids: ULIDs, 48 bits of milliseconds and 80 random bits in Crockford's base 32, so that they sort by time.</summary>
internal static class SessionId
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A new trace id: 16 random bytes in hexadecimal (W3C Trace Context).</summary>
    public static string CreateTrace()
    {
        Span<byte> random = stackalloc byte[16];
        RandomBytes.Fill(random);
        return Convert.ToHexStringLower(random);
    }

    public static string Create(long unixTimeMs)
    {
        Span<byte> random = stackalloc byte[10];
        RandomBytes.Fill(random);
        return string.Create(26, (unixTimeMs, new UInt128(BitConverter.ToUInt16(random), BitConverter.ToUInt64(random[2..]))), static (text, state) =>
        {
            var value = ((UInt128)(ulong)state.unixTimeMs << 80) | (state.Item2 & ((UInt128.One << 80) - 1));
            for (var i = text.Length - 1; i >= 0; i--)
            {
                text[i] = Alphabet[(int)(value & 31)];
                value >>= 5;
            }
        });
    }
}
