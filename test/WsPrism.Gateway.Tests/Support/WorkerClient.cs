using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using WsPrism.Backend.Link;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A backend worker over a plain socket: says exactly what it is told to.</summary>
internal sealed class WorkerClient : IDisposable
{
    private WorkerClient(RawClient raw) => Raw = raw;

    public RawClient Raw { get; }

    /// <summary>The first message.</summary>
    public JsonElement Hello { get; private set; }

    /// <summary>The 101, or the refusal.</summary>
    public HttpAnswer Answer { get; private set; } = null!;

    /// <summary>Asks to be let in; reads the answer to the handshake, nothing more.</summary>
    public static async Task<WorkerClient> KnockAsync(string address, string query, string? key, int receiveBuffer = 0, params string[] headers)
    {
        var raw = await RawClient.ConnectAsync(address, receiveBuffer);
        string[] authorization = key is null ? [] : [$"Authorization: Bearer {key}"];
        await raw.SendAsync(RawClient.Get($"/v1/backend{query}", [.. WsClient.UpgradeHeaders, .. authorization, .. headers]));
        return new WorkerClient(raw) { Answer = await raw.ReadHttpAsync() };
    }

    /// <summary>A worker that was greeted and has granted credit.</summary>
    public static async Task<WorkerClient> ConnectAsync(ApiUnderTest api, string services = "trade", string more = "", int requests = 1_000, int frames = 1_000, int receiveBuffer = 0)
    {
        var worker = await KnockAsync(api.Gateway.AdminAddress, $"?tenant=acme&services={services}{more}", ApiUnderTest.AcmeKey, receiveBuffer);
        Assert.True(worker.Answer.Status == 101, worker.Answer.Body);
        worker.Hello = await worker.ExpectAsync("hello");
        if (requests + frames > 0)
        {
            await worker.GrantAsync(requests, frames);
            await worker.IsHeardAsync();
        }

        return worker;
    }

    public Task GrantAsync(int requests, int frames = 0) =>
        SayAsync($$"""{"op":"credit"{{(requests > 0 ? $",\"requests\":{requests}" : "")}}{{(frames > 0 ? $",\"frames\":{frames}" : "")}}}""");

    public Task SayAsync(string text) => SendAsync(new ClientFrame(ClientFrame.Text, Encoding.UTF8.GetBytes(text)));

    public Task SendAsync(ClientFrame frame) => Raw.SendAsync(frame.ToBytes());

    public Task SendBinaryAsync(params byte[][] items) => SendAsync(new ClientFrame(ClientFrame.Binary, [.. items.SelectMany(item => item)]));

    public Task AnswerAsync(JsonElement request, string answer = "{}") =>
        SayAsync($$"""{"op":"answer","id":{{request.GetProperty("id").GetInt64()}},"answer":{{answer}}}""");

    /// <summary>An item of a binary message.</summary>
    public static byte[] Item(LinkOp op, LinkTarget target, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body, uint receipt = 0, uint except = 0)
    {
        var item = new byte[4 + LinkItemReader.HeaderLength + name.Length + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(item, (uint)item.Length - 4);
        item[4] = (byte)op;
        item[5] = (byte)target;
        item[6] = (byte)name.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(item.AsSpan(8), receipt);
        BinaryPrimitives.WriteUInt32LittleEndian(item.AsSpan(12), except);
        name.CopyTo(item.AsSpan(16));
        body.CopyTo(item.AsSpan(16 + name.Length));
        return item;
    }

    /// <summary>The body of an envelope.</summary>
    public static byte[] Envelope(string svc, string type, string data = "") =>
        [(byte)svc.Length, .. Encoding.UTF8.GetBytes(svc), (byte)type.Length, .. Encoding.UTF8.GetBytes(type), .. Encoding.UTF8.GetBytes(data)];

    /// <summary>The next frame that is no ping.</summary>
    public async Task<ServerFrame> ReadAsync()
    {
        while (true)
        {
            var frame = await ServerFrame.ReadAsync(Raw);
            if (frame.Opcode != ClientFrame.Ping)
            {
                return frame;
            }
        }
    }

    /// <summary>The next message, which must be this.</summary>
    public async Task<JsonElement> ExpectAsync(string op)
    {
        var frame = await ReadAsync();
        Assert.True(frame.IsText && frame.Json.GetProperty("op").GetString() == op, $"{op}, not {frame}");
        return frame.Json;
    }

    /// <summary>The next message, which must be this error: its code.</summary>
    public async Task<string> ExpectErrorAsync(long? id = null)
    {
        var error = await ExpectAsync("error");
        Assert.Equal(id, error.TryGetProperty("id", out var value) ? value.GetInt64() : null);
        Assert.NotEmpty(error.GetProperty("msg").GetString()!);
        return error.GetProperty("code").GetString()!;
    }

    /// <summary>Reads up to this close.</summary>
    public async Task<List<ServerFrame>> ReadToCloseAsync(int code)
    {
        var before = new List<ServerFrame>();
        while (true)
        {
            var frame = await ReadAsync();
            if (frame.IsClose)
            {
                Assert.True(frame.CloseCode == code, $"{frame} after {string.Join('\n', before)}");
                return before;
            }

            before.Add(frame);
        }
    }

    /// <summary>The Hot frames of the next message, which must be binary, in hexadecimal.</summary>
    public async Task<List<string>> ExpectFramesAsync()
    {
        var frame = await ReadAsync();
        Assert.True(frame.IsBinary, frame.ToString());
        return FramesOf(frame.Payload);
    }

    public static List<string> FramesOf(byte[] payload)
    {
        var frames = new List<string>();
        for (var rest = payload.AsSpan(); !rest.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            Assert.Equal(1, rest[4]);
            frames.Add(Convert.ToHexStringLower(rest.Slice(5, length - 1)));
            rest = rest[(4 + length)..];
        }

        return frames;
    }

    /// <summary>All that it said has been acted on: its ping is answered after that.</summary>
    public async Task IsHeardAsync()
    {
        await SendAsync(new ClientFrame(ClientFrame.Ping, [1, 2]));
        var pong = await ReadAsync();
        Assert.True(pong.Opcode == ClientFrame.Pong && pong.Payload is [1, 2], pong.ToString());
    }

    public void Dispose() => Raw.Dispose();
}
