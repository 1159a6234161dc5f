using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A frame from the gateway.</summary>
internal sealed record ServerFrame(bool Fin, int Rsv, int Opcode, byte[] Payload)
{
    public bool IsText => Opcode == ClientFrame.Text;

    public bool IsBinary => Opcode == ClientFrame.Binary;

    public bool IsClose => Opcode == ClientFrame.Close;

    public bool IsCompressed => Rsv == 4;

    public string Text => Encoding.UTF8.GetString(Content);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Content);

    public int CloseCode => BinaryPrimitives.ReadUInt16BigEndian(Payload);

    public string CloseReason => Encoding.UTF8.GetString(Payload.AsSpan(2));

    // RFC 7692 §7.2.2: the payload as it was before it was compressed.
    private byte[] Content
    {
        get
        {
            if (!IsCompressed)
            {
                return Payload;
            }

            using var inflate = new DeflateStream(new MemoryStream([.. Payload, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
            var content = new MemoryStream();
            inflate.CopyTo(content);
            return content.ToArray();
        }
    }

    public override string ToString() => $"opcode {Opcode}: {(IsClose ? $"{CloseCode} {CloseReason}" : IsText ? Text : Convert.ToHexString(Payload))}";

    /// <summary>Reads one frame; servers do not mask and use the shortest length (RFC 6455 §5.1, §5.2).</summary>
    public static async Task<ServerFrame> ReadAsync(RawClient client)
    {
        var first = await client.ReadByteAsync();
        var second = await client.ReadByteAsync();
        Assert.Equal(0, second & 0x80);
        long length = second & 0x7F;
        if (length == 126)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(await client.ReadExactlyAsync(2));
            Assert.True(length >= 126);
        }
        else if (length == 127)
        {
            length = BinaryPrimitives.ReadInt64BigEndian(await client.ReadExactlyAsync(8));
            Assert.True(length > ushort.MaxValue);
        }

        return new ServerFrame((first & 0x80) != 0, (first >> 4) & 7, first & 15, await client.ReadExactlyAsync((int)length));
    }
}
