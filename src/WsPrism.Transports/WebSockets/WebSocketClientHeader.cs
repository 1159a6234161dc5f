using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WsPrism.Transports.WebSockets;

/// <summary>
/// The header of a client's frame, RFC 6455 section 5.2, with every rule that can be judged from the header alone.
/// <code>
/// [FIN | RSV1 | RSV2 | RSV3 | opcode 4] [MASK | length 7] [length u16 or u64, big-endian] [masking key, 4 bytes]
/// </code>
/// </summary>
internal readonly struct WebSocketClientHeader
{
    public const int MaxLength = 14;

    private const byte FinalBit = 0x80;
    private const byte Rsv1Bit = 0x40;
    private const byte ReservedBits = 0x30;
    private const byte OpcodeBits = 0x0F;
    private const byte MaskBit = 0x80;
    private const byte LengthBits = 0x7F;
    private const byte MaxControlPayload = 125;
    private const byte Length16 = 126;
    private const int MaskLength = 4;

    private WebSocketClientHeader(byte first, int length, long payloadLength, uint maskKey)
    {
        Opcode = (WebSocketOpcode)(first & OpcodeBits);
        IsFinal = (first & FinalBit) != 0;
        IsCompressed = (first & Rsv1Bit) != 0;
        Length = length;
        PayloadLength = payloadLength;
        MaskKey = maskKey;
    }

    public WebSocketOpcode Opcode { get; }

    public bool IsFinal { get; }

    /// <summary>RSV1, which is only ever set here where deflate was negotiated and a message starts.</summary>
    public bool IsCompressed { get; }

    /// <summary>How many bytes the header took.</summary>
    public int Length { get; }

    public long PayloadLength { get; }

    /// <summary>The key as it lies in memory, see <see cref="WebSocketMask"/>.</summary>
    public uint MaskKey { get; }

    public bool IsControl => Opcode >= WebSocketOpcode.Close;

    /// <summary>
    /// Reads a header from the start of <paramref name="bytes"/>. False with no <paramref name="failure"/> means that bytes are missing.
    /// What is wrong is said as early as it is known and in the order of the bytes, so that the verdict does not depend on how they were chunked.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, bool deflate, out WebSocketClientHeader header, out WebSocketFailure? failure)
    {
        header = default;
        failure = null;

        if (bytes.Length < 2)
            return false;

        failure = FindFailure(bytes[0], bytes[1], deflate);

        if (failure is not null)
            return false;

        var indicator = bytes[1] & LengthBits;
        var length = (indicator < Length16 ? 2 : indicator == Length16 ? 4 : 10) + MaskLength;

        if (bytes.Length < length - MaskLength)
            return false;

        if (!TryReadLength(bytes, indicator, out var payloadLength, out failure) || bytes.Length < length)
            return false;

        header = new WebSocketClientHeader(bytes[0], length, payloadLength, MemoryMarshal.Read<uint>(bytes[(length - MaskLength)..]));
        return true;
    }

    private static WebSocketFailure? FindFailure(byte first, byte second, bool deflate)
    {
        var opcode = (WebSocketOpcode)(first & OpcodeBits);
        var startsMessage = opcode is WebSocketOpcode.Text or WebSocketOpcode.Binary;
        var isControl = opcode is WebSocketOpcode.Close or WebSocketOpcode.Ping or WebSocketOpcode.Pong;

        if ((first & ReservedBits) != 0)
            return WebSocketFailure.ReservedBit;

        if ((first & Rsv1Bit) != 0 && !(deflate && startsMessage))
            return WebSocketFailure.CompressionBit;

        if (!startsMessage && !isControl && opcode != WebSocketOpcode.Continuation)
            return WebSocketFailure.ReservedOpcode;

        if ((second & MaskBit) == 0)
            return WebSocketFailure.NotMasked;

        if (isControl && (first & FinalBit) == 0)
            return WebSocketFailure.ControlFragmented;

        return isControl && (second & LengthBits) > MaxControlPayload ? WebSocketFailure.ControlTooLong : null;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> bytes, int indicator, out long payloadLength, out WebSocketFailure? failure)
    {
        failure = null;
        payloadLength = indicator;

        if (indicator < Length16)
            return true;

        if (indicator == Length16)
        {
            payloadLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            failure = payloadLength < Length16 ? WebSocketFailure.LengthNotShortest : null;
            return failure is null;
        }

        payloadLength = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        failure = payloadLength switch
        {
            < 0 => WebSocketFailure.LengthTopBit,
            <= ushort.MaxValue => WebSocketFailure.LengthNotShortest,
            _ => null,
        };

        return failure is null;
    }
}
