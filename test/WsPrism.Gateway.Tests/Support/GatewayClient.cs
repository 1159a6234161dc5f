using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A session over <see cref="RawClient"/> by either transport, with a few words for envelopes and Hot frames: one test is for both.</summary>
internal abstract class GatewayClient(RawClient raw) : IDisposable
{
    private int _pings;

    public RawClient Raw { get; } = raw;

    /// <summary><c>data</c> of <c>sys.authed</c>.</summary>
    public JsonElement Authed { get; private set; }

    public uint Handle => Authed.GetProperty("handle").GetUInt32();

    /// <summary>Connects and asks to be let in; nothing is read. <paramref name="resume"/>: a token and a position.</summary>
    public static async Task<GatewayClient> KnockAsync(
        Wire wire, string address, string tenant, string ticket, int receiveBuffer = 0, (string Token, long Position)? resume = null)
    {
        var raw = await RawClient.ConnectAsync(address, receiveBuffer);
        return wire == Wire.Tcp
            ? await TcpClient.KnockAsync(raw, tenant, ticket, resume is { } tcp ? FormattableString.Invariant($" resume={tcp.Token} position={tcp.Position}") : string.Empty)
            : await WsClient.KnockAsync(
                raw, $"/v1/ws?tenant={tenant}&ticket={ticket}" + (resume is { } ws ? FormattableString.Invariant($"&resume={ws.Token}&position={ws.Position}") : string.Empty));
    }

    /// <summary>Reads what the gateway says before the first frame.</summary>
    public abstract Task<GatewayClient> OpenedAsync();

    /// <summary>Reads <c>sys.authed</c> and both <c>sys.budget</c>.</summary>
    public async Task<GatewayClient> GreetedAsync()
    {
        Authed = (await ExpectAsync("sys", "authed")).GetProperty("data");
        Assert.Equal("ext", (await ExpectAsync("sys", "budget")).GetProperty("data").GetProperty("lane").GetString());
        Assert.Equal("hot", (await ExpectAsync("sys", "budget")).GetProperty("data").GetProperty("lane").GetString());
        return this;
    }

    public Task SendAsync(ClientFrame frame) => Raw.SendAsync(Encode(frame));

    public Task SendTextAsync(string text) => SendAsync(new ClientFrame(ClientFrame.Text, Encoding.UTF8.GetBytes(text)));

    public Task SendBinaryAsync(params byte[] bytes) => SendAsync(new ClientFrame(ClientFrame.Binary, bytes));

    public Task SendHotAsync(string hex) => SendBinaryAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    /// <summary>The frame as this transport writes it.</summary>
    public abstract byte[] Encode(ClientFrame frame);

    /// <summary>The next frame, as if it had come over WebSocket.</summary>
    public abstract Task<ServerFrame> ReadAsync();

    /// <summary>The next frame, which must be text.</summary>
    public async Task<JsonElement> ReadEnvelopeAsync()
    {
        var frame = await ReadAsync();
        Assert.True(frame.IsText, frame.ToString());
        return frame.Json;
    }

    /// <summary>The next frame, which must be this envelope.</summary>
    public async Task<JsonElement> ExpectAsync(string svc, string type)
    {
        var envelope = await ReadEnvelopeAsync();
        Assert.True(envelope.GetProperty("svc").GetString() == svc && envelope.GetProperty("type").GetString() == type, $"{svc}.{type}, not {envelope}");
        return envelope;
    }

    public async Task<string> ExpectErrorAsync(string? id = null)
    {
        var envelope = await ExpectAsync("sys", "error");
        Assert.Equal(id, envelope.TryGetProperty("id", out var value) ? value.ToString() : null);
        Assert.NotEmpty(envelope.GetProperty("data").GetProperty("msg").GetString()!);
        return envelope.GetProperty("data").GetProperty("code").GetString()!;
    }

    /// <summary>The next frame, which must be binary, as hexadecimal.</summary>
    public async Task<string> ExpectHotAsync()
    {
        var frame = await ReadAsync();
        Assert.True(frame.IsBinary, frame.ToString());
        return Convert.ToHexStringLower(frame.Payload);
    }

    /// <summary>The next frame must be this close; then the gateway must end the connection, after our close where <paramref name="answer"/>.</summary>
    public async Task<ServerFrame> ExpectCloseAsync(int code, bool answer = true)
    {
        var frame = await ReadAsync();
        Assert.True(frame.IsClose && frame.CloseCode == code, $"close {code}, not {frame}");
        if (answer)
        {
            try
            {
                await SendAsync(ClientFrame.CloseWith((ushort)code));
            }
            catch (System.Net.Sockets.SocketException)
            {
                // After a protocol error the gateway need not wait for it.
            }
        }

        Assert.Empty(await Raw.ReadToEndAsync());
        return frame;
    }

    /// <summary>Reads on until the close, whatever comes before it.</summary>
    public async Task<(List<ServerFrame> Before, ServerFrame Close)> ReadToCloseAsync()
    {
        var before = new List<ServerFrame>();
        while (true)
        {
            var frame = await ReadAsync();
            if (frame.IsClose)
            {
                return (before, frame);
            }

            before.Add(frame);
        }
    }

    /// <summary>
    /// Sends <c>sys.ping</c> and reads up to its pong: all that the gateway had to send. Twice, because the first pong may overtake what waits in a lower class.
    /// </summary>
    public async Task<List<ServerFrame>> RoundTripAsync() => [.. await PingAsync(), .. await PingAsync()];

    /// <summary>Nothing but what is listed came, and the session lives.</summary>
    public async Task IsQuietAsync() => Assert.Empty(await RoundTripAsync());

    /// <summary>Joins a room; returns its handle.</summary>
    public async Task<uint> JoinAsync(string room, string data = "{}")
    {
        await SendTextAsync($$"""{"svc":"room","type":"join","room":{{JsonSerializer.Serialize(room)}},"data":{{data}}}""");
        var joined = await ExpectAsync("sys", "joined");
        Assert.Equal(room, joined.GetProperty("room").GetString());
        return joined.GetProperty("data").GetProperty("handle").GetUInt32();
    }

    public void Dispose() => Raw.Dispose();

    private async Task<List<ServerFrame>> PingAsync()
    {
        var mark = ++_pings;
        await SendTextAsync($$$"""{"svc":"sys","type":"ping","data":{"client_time":{{{mark}}}}}""");
        var before = new List<ServerFrame>();
        while (true)
        {
            var frame = await ReadAsync();
            Assert.False(frame.IsClose, $"{frame} after {before.Count} frames");
            if (frame.IsText && frame.Text.Contains("\"pong\"", StringComparison.Ordinal)
                && frame.Text.Contains(string.Create(CultureInfo.InvariantCulture, $"\"client_time\":{mark},"), StringComparison.Ordinal))
            {
                return before;
            }

            before.Add(frame);
        }
    }
}
