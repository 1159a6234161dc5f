using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace WsPrism.Client.Tests.Support;

/// <summary>Something that a client said.</summary>
internal sealed record Heard(string Kind, string Text = "", byte[]? Bytes = null, int Code = 0);

/// <summary>One connection of the mock gateway: takes frames apart, and says exactly what it is told to.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Nobody waits by a handle: there is nothing to give back.")]
internal sealed class MockConnection
{
    private readonly Socket _socket;
    private readonly SemaphoreSlim _writing = new(1);
    private TaskCompletionSource? _paused;
    private volatile bool _isCut;

    public MockConnection(Socket socket)
    {
        _socket = socket;
        _ = ReadAsync();
    }

    public Channel<Heard> Heard { get; } = Channel.CreateUnbounded<Heard>();

    public Channel<byte[]> Pongs { get; } = Channel.CreateUnbounded<byte[]>();

    /// <summary>Answers <c>sys.ping</c> by itself with this machine's clock and so much; null passes them on like any other message.</summary>
    public long? SkewMs { get; set; }

    public bool IgnoresPings { get; set; }

    public bool IsWritable { get; private set; } = true;

    public Task TextAsync(string text) => RawAsync(Frame(1, Encoding.UTF8.GetBytes(text)));

    public Task FrameAsync(byte[] bytes) => RawAsync(Frame(2, bytes));

    public Task PingAsync() => RawAsync(Frame(9, "ping"u8.ToArray()));

    public async Task CloseAsync(int code, string reason)
    {
        var payload = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        await RawAsync(Frame(8, payload));
        Try(() => _socket.Shutdown(SocketShutdown.Send));
    }

    public async Task RawAsync(byte[] bytes)
    {
        await _writing.WaitAsync();
        try
        {
            for (var sent = 0; sent < bytes.Length;)
                sent += await _socket.SendAsync(bytes.AsMemory(sent));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            IsWritable = false;
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Cut()
    {
        _isCut = true;
        Try(() => _socket.LingerState = new LingerOption(true, 0));
        _socket.Dispose();
        _paused?.TrySetResult();
    }

    public void Pause() => _paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _paused?.TrySetResult();

    private async Task ReadAsync()
    {
        try
        {
            using var stream = new NetworkStream(_socket, ownsSocket: false);
            while (true)
            {
                if (_paused is { } paused)
                    await paused.Task;

                var (opcode, payload) = await ReadFrameAsync(stream);
                if (_paused is { } held)
                    await held.Task;
                if (_isCut)
                    throw new IOException("Cut.");
                await TakeAsync(opcode, payload);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            IsWritable = false;
            Heard.Writer.TryWrite(new Heard("end"));
        }
    }

    private static async Task<(int Opcode, byte[] Payload)> ReadFrameAsync(Stream stream)
    {
        var head = new byte[2];
        await stream.ReadExactlyAsync(head);
        long length = head[1] & 0x7f;
        var longer = new byte[length == 126 ? 2 : length == 127 ? 8 : 0];
        await stream.ReadExactlyAsync(longer);
        length = longer.Length switch { 2 => BinaryPrimitives.ReadUInt16BigEndian(longer), 8 => BinaryPrimitives.ReadInt64BigEndian(longer), _ => length };
        Assert.True((head[1] & 0x80) != 0, "A client must mask.");
        Assert.True((head[0] & 0x80) != 0, "This client does not send in fragments.");

        var mask = new byte[4];
        await stream.ReadExactlyAsync(mask);
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload);
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= mask[i & 3];

        return (head[0] & 0x0f, payload);
    }

    private async Task TakeAsync(int opcode, byte[] payload)
    {
        switch (opcode)
        {
            case 1:
                await TakeTextAsync(Encoding.UTF8.GetString(payload));
                break;
            case 2:
                Heard.Writer.TryWrite(new Heard("frame", Bytes: payload));
                break;
            case 8:
                Heard.Writer.TryWrite(new Heard("close", Code: payload.Length > 1 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005));
                await RawAsync(Frame(8, payload));
                Try(() => _socket.Shutdown(SocketShutdown.Send));
                break;
            case 10:
                Pongs.Writer.TryWrite(payload);
                break;
        }
    }

    private async Task TakeTextAsync(string text)
    {
        var envelope = JsonNode.Parse(text)!;
        var isPing = (string?)envelope["svc"] == "sys" && (string?)envelope["type"] == "ping";
        if (!isPing || (SkewMs is null && !IgnoresPings))
        {
            Heard.Writer.TryWrite(new Heard("text", text));
        }
        else if (SkewMs is { } skew)
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + skew;
            var data = new JsonObject { ["client_time"] = envelope["data"]?["client_time"]?.DeepClone(), ["server_time_ms"] = now };
            await TextAsync(new JsonObject { ["v"] = 1, ["svc"] = "sys", ["type"] = "pong", ["data"] = data }.ToJsonString());
        }
    }

    private static byte[] Frame(int opcode, byte[] payload)
    {
        var head = new byte[payload.Length < 126 ? 2 : payload.Length < 0x10000 ? 4 : 10];
        head[0] = (byte)(0x80 | opcode);
        head[1] = (byte)(head.Length == 2 ? payload.Length : head.Length == 4 ? 126 : 127);
        if (head.Length == 4)
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)payload.Length);
        else if (head.Length == 10)
            BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(2), payload.Length);

        return [.. head, .. payload];
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is over already.
        }
    }
}
