using System.Buffers.Binary;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A session over TCP, written from PROTOCOL §9 alone.</summary>
internal sealed class TcpClient(RawClient raw) : GatewayClient(raw)
{
    /// <summary>A length, a kind and a payload, right or wrong.</summary>
    public static byte[] Frame(int kind, params ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, payload.Length);
        bytes[4] = (byte)kind;
        payload.CopyTo(bytes.AsSpan(5));
        return bytes;
    }

    /// <summary>Sends the line.</summary>
    public static async Task<TcpClient> KnockAsync(RawClient raw, string tenant, string ticket, string more = "")
    {
        await raw.SendAsync($"WSPRISM/1 tenant={tenant} ticket={ticket}{more}\n");
        return new TcpClient(raw);
    }

    /// <summary>Connects and says what it is told to say, a line or not.</summary>
    public static async Task<TcpClient> SayAsync(string address, string text)
    {
        var raw = await RawClient.ConnectAsync(address);
        await raw.SendAsync(text);
        return new TcpClient(raw);
    }

    public override Task<GatewayClient> OpenedAsync() => Task.FromResult<GatewayClient>(this);

    // The kinds are the opcodes of WebSocket; only a close has its code the other way round.
    public override byte[] Encode(ClientFrame frame) => Frame(frame.Opcode, frame.Opcode == ClientFrame.Close ? Turned(frame.Payload) : frame.Payload);

    public override async Task<ServerFrame> ReadAsync()
    {
        var header = await Raw.ReadExactlyAsync(5);
        var payload = await Raw.ReadExactlyAsync(BinaryPrimitives.ReadInt32LittleEndian(header));
        return new ServerFrame(true, 0, header[4], header[4] == ClientFrame.Close ? Turned(payload) : payload);
    }

    /// <summary>The next frame must be this close, with which a client is refused; then the gateway must end the connection by itself.</summary>
    public async Task<string> ExpectRefusalAsync(int code) => (await ExpectCloseAsync(code, answer: false)).CloseReason;

    private static byte[] Turned(byte[] payload) => payload.Length < 2 ? payload : [payload[1], payload[0], .. payload[2..]];
}
