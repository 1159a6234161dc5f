using System.IO.Compression;

namespace WsPrism.Transports.WebSockets;

/// <summary>
/// Inflates one message of permessage-deflate without context takeover, RFC 7692 section 7.2.2. Each message gets a fresh inflater: with a
/// reused one a message could refer back into another client's.
/// </summary>
internal static class MessageInflater
{
    /// <summary>
    /// The longest compressed form of a message that may be <paramref name="maxMessageBytes"/> long. Compressed noise is longer than
    /// the noise; the fixed codes of DEFLATE spend 9 bits on a byte at worst, so a client that always compresses fits with an eighth more.
    /// </summary>
    public static int GetMaxCompressedBytes(int maxMessageBytes)
    {
        return (int)Math.Min(maxMessageBytes + (maxMessageBytes / 8L) + 64, Array.MaxLength - 16);
    }

    /// <summary>
    /// Inflates into <paramref name="output"/>, which the caller releases whatever the answer is. It never holds more than
    /// <paramref name="maxMessageBytes"/> (rounded up by the pool).
    /// </summary>
    public static InflateStatus Inflate(ReadOnlySpan<byte> compressed, int maxMessageBytes, ref PooledBuffer output)
    {
        // An empty message is 00 (section 7.2.3.6); nothing at all is no DEFLATE data, but can only mean the same.
        if (compressed.IsEmpty)
            return InflateStatus.Inflated;

        using var source = new InflateSource(compressed);
        using var inflater = new DeflateStream(source, CompressionMode.Decompress, leaveOpen: true);

        try
        {
            while (output.Length < maxMessageBytes)
            {
                var free = output.Reserve(1, maxMessageBytes);
                var count = inflater.Read(free[..Math.Min(free.Length, maxMessageBytes - output.Length)]);

                if (count == 0)
                    return source.IsWhole ? InflateStatus.Inflated : InflateStatus.Invalid;

                output.Advance(count);
            }

            // Exactly at the limit: one byte more, and it is over.
            Span<byte> probe = stackalloc byte[1];

            if (inflater.Read(probe) > 0)
                return InflateStatus.TooBig;

            return source.IsWhole ? InflateStatus.Inflated : InflateStatus.Invalid;
        }
        catch (InvalidDataException)
        {
            // DeflateStream has no other way to say it.
            return InflateStatus.Invalid;
        }
    }
}
