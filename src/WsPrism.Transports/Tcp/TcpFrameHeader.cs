using System.Buffers.Binary;

namespace WsPrism.Transports.Tcp;

/// <summary>
/// The header of every frame, in both directions.
/// <code>
/// [length of the payload alone u32 little-endian][kind u8][payload …]
/// </code>
/// </summary>
internal readonly record struct TcpFrameHeader(uint PayloadLength, TcpFrameKind Kind)
{
    /// <summary>The length of the header.</summary>
    public const int Length = 5;

    /// <summary>The longest payload of a close, a ping or a pong, as in RFC 6455 section 5.5.</summary>
    public const int MaxControlPayload = 125;

    public bool IsControl => Kind is TcpFrameKind.Close or TcpFrameKind.Ping or TcpFrameKind.Pong;

    /// <summary>Reads the first <see cref="Length"/> bytes, which must be there.</summary>
    public static TcpFrameHeader Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32LittleEndian(bytes), (TcpFrameKind)bytes[4]);

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public static void Write(Span<byte> destination, TcpFrameKind kind, int payloadLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)payloadLength);
        destination[4] = (byte)kind;
    }
}
