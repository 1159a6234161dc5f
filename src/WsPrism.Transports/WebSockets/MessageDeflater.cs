using System.IO.Compression;

namespace WsPrism.Transports.WebSockets;

/// <summary>
/// Deflates one message of permessage-deflate without context takeover, RFC 7692 section 7.2.1: a sync flush, and the
/// <c>00 00 FF FF</c> it ends with taken off.
/// </summary>
internal static class MessageDeflater
{
    private const int TailLength = 4;

    /// <summary>
    /// Deflates into <paramref name="destination"/>. False when that would not make the message shorter or does not fit: send it as it is.
    /// A destination one byte shorter than the message is always enough.
    /// </summary>
    public static bool TryDeflate(ReadOnlySpan<byte> message, Span<byte> destination, out int written)
    {
        written = 0;

        if (message.IsEmpty)
            return false;

        var longest = Math.Min(message.Length - 1, destination.Length);

        using var target = new DeflateTarget(longest + TailLength);
        using var deflater = new DeflateStream(target, CompressionLevel.Fastest, leaveOpen: true);

        deflater.Write(message);
        deflater.Flush();

        // Closing the deflater writes a last block; what belongs to the message has been taken by then.
        if (target.HasOverflowed)
            return false;

        var compressed = target.Written[..^TailLength];

        compressed.CopyTo(destination);
        written = compressed.Length;
        return true;
    }
}
