using System.Buffers.Binary;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A client's side of RFC 6455 §5.2, written from the RFC alone: any frame, right or wrong.</summary>
internal sealed record ClientFrame(int Opcode, byte[] Payload)
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    public bool Fin { get; init; } = true;

    public int Rsv { get; init; }

    public bool Masked { get; init; } = true;

    public uint Mask { get; init; } = 0x37FA213D;

    /// <summary>Length field in 0, 2 or 8 more bytes; -1 takes the shortest.</summary>
    public int LengthBytes { get; init; } = -1;

    /// <summary>What the length field says, where that is not the truth.</summary>
    public ulong? ClaimedLength { get; init; }

    public static ClientFrame CloseWith(ushort code, params ReadOnlySpan<byte> reason) => new(Close, [(byte)(code >> 8), (byte)code, .. reason]);

    public byte[] ToBytes()
    {
        var bytes = new List<byte>();
        var claimed = ClaimedLength ?? (ulong)Payload.Length;
        var lengthBytes = LengthBytes >= 0 ? LengthBytes : claimed < 126 ? 0 : claimed <= ushort.MaxValue ? 2 : 8;
        bytes.Add((byte)((Fin ? 0x80 : 0) | (Rsv << 4) | Opcode));
        bytes.Add((byte)((Masked ? 0x80 : 0) | (lengthBytes == 0 ? (int)claimed : lengthBytes == 2 ? 126 : 127)));
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(length, claimed);
        bytes.AddRange(length.AsSpan(8 - lengthBytes));
        var mask = new byte[4];
        if (Masked)
        {
            BinaryPrimitives.WriteUInt32BigEndian(mask, Mask);
            bytes.AddRange(mask);
        }

        for (var i = 0; i < Payload.Length; i++)
        {
            bytes.Add((byte)(Payload[i] ^ mask[i % 4]));
        }

        return [.. bytes];
    }
}
