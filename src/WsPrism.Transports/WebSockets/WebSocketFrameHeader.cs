using System.Buffers.Binary;

namespace WsPrism.Transports.WebSockets;

/// <summary>
/// Writes the header of a server's frame, RFC 6455 section 5.2: always final, never masked.
/// <code>
/// [FIN 1 | RSV1 compressed | 0 0 | opcode 4] [0 | length 7] [length u16 or u64, big-endian, where length is 126 or 127]
/// </code>
/// </summary>
internal static class WebSocketFrameHeader
{
    /// <summary>The longest header of a server's frame.</summary>
    public const int MaxLength = 10;

    private const byte Final = 0x80;
    private const byte Rsv1 = 0x40;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    /// <summary>The length of the header in front of so long a payload.</summary>
    public static int GetLength(int payloadLength)
    {
        return payloadLength switch
        {
            < Length16 => 2,
            <= ushort.MaxValue => 4,
            _ => MaxLength,
        };
    }

    /// <summary>Writes the header and returns its length; <paramref name="compressed"/> sets RSV1 (RFC 7692 section 6).</summary>
    public static int Write(Span<byte> destination, WebSocketOpcode opcode, int payloadLength, bool compressed = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);

        destination[0] = (byte)(Final | (compressed ? Rsv1 : 0) | (byte)opcode);

        switch (payloadLength)
        {
            case < Length16:
                destination[1] = (byte)payloadLength;
                return 2;
            case <= ushort.MaxValue:
                destination[1] = Length16;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                return 4;
            default:
                destination[1] = Length64;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
                return MaxLength;
        }
    }
}
