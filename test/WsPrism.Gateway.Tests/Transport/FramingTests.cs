using System.Text;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Transport;

/// <summary>RFC 6455 over a real socket, by a client that can do it wrong.</summary>
public sealed class FramingTests
{
    private static readonly byte[] Ping = """{"svc":"sys","type":"ping","data":{"client_time":1}}"""u8.ToArray();

    public static TheoryData<string, int, byte[]> Violations => new()
    {
        { "not masked", 1002, new ClientFrame(ClientFrame.Text, Ping) { Masked = false }.ToBytes() },
        { "not masked, empty", 1002, new ClientFrame(ClientFrame.Ping, []) { Masked = false }.ToBytes() },
        { "RSV1 without deflate", 1002, new ClientFrame(ClientFrame.Text, Ping) { Rsv = 4 }.ToBytes() },
        { "RSV2", 1002, new ClientFrame(ClientFrame.Text, Ping) { Rsv = 2 }.ToBytes() },
        { "RSV3", 1002, new ClientFrame(ClientFrame.Binary, Ping) { Rsv = 1 }.ToBytes() },
        { "RSV1 of a ping", 1002, new ClientFrame(ClientFrame.Ping, []) { Rsv = 4 }.ToBytes() },
        { "opcode 3", 1002, new ClientFrame(3, []).ToBytes() },
        { "opcode 7", 1002, new ClientFrame(7, []).ToBytes() },
        { "opcode 11", 1002, new ClientFrame(11, []).ToBytes() },
        { "opcode 15", 1002, new ClientFrame(15, []).ToBytes() },
        { "fragmented ping", 1002, new ClientFrame(ClientFrame.Ping, []) { Fin = false }.ToBytes() },
        { "fragmented close", 1002, new ClientFrame(ClientFrame.Close, []) { Fin = false }.ToBytes() },
        { "ping of 126 bytes", 1002, new ClientFrame(ClientFrame.Ping, new byte[126]).ToBytes() },
        { "continuation of nothing", 1002, new ClientFrame(ClientFrame.Continuation, Ping).ToBytes() },
        { "text inside of a message", 1002, [.. new ClientFrame(ClientFrame.Text, Ping) { Fin = false }.ToBytes(), .. new ClientFrame(ClientFrame.Text, Ping).ToBytes()] },
        { "binary inside of a message", 1002, [.. new ClientFrame(ClientFrame.Text, Ping) { Fin = false }.ToBytes(), .. new ClientFrame(ClientFrame.Binary, Ping).ToBytes()] },
        { "length in 2 bytes too many", 1002, new ClientFrame(ClientFrame.Text, Ping) { LengthBytes = 2 }.ToBytes() },
        { "length in 8 bytes too many", 1002, new ClientFrame(ClientFrame.Text, Ping) { LengthBytes = 8 }.ToBytes() },
        { "length of 64 bits with the top one set", 1002, new ClientFrame(ClientFrame.Text, []) { ClaimedLength = ulong.MaxValue }.ToBytes() },
        { "length of 63 bits", 1009, new ClientFrame(ClientFrame.Text, []) { ClaimedLength = long.MaxValue }.ToBytes() },
        { "length of 2 GiB", 1009, new ClientFrame(ClientFrame.Binary, []) { ClaimedLength = 1UL << 31 }.ToBytes() },
        { "length of 4 GiB", 1009, new ClientFrame(ClientFrame.Binary, []) { ClaimedLength = 1UL << 32 }.ToBytes() },
        { "one byte over the limit", 1009, new ClientFrame(ClientFrame.Binary, new byte[4_097]).ToBytes() },
        { "one byte over the limit, by its header alone", 1009, new ClientFrame(ClientFrame.Text, []) { ClaimedLength = 4_097 }.ToBytes() },
        { "one byte over the limit in fragments", 1009, [.. new ClientFrame(ClientFrame.Binary, new byte[4_096]) { Fin = false }.ToBytes(), .. new ClientFrame(ClientFrame.Continuation, [1]).ToBytes()] },
        { "fragments without end", 1009, [.. Enumerable.Repeat(new ClientFrame(ClientFrame.Continuation, []) { Fin = false }.ToBytes(), 5_000).Prepend(new ClientFrame(ClientFrame.Text, []) { Fin = false }.ToBytes()).SelectMany(bytes => bytes)] },
        { "text with a lone byte", 1007, new ClientFrame(ClientFrame.Text, [0x7B, 0xFF]).ToBytes() },
        { "text with an overlong form", 1007, new ClientFrame(ClientFrame.Text, [0xC0, 0xAF]).ToBytes() },
        { "text with a surrogate", 1007, new ClientFrame(ClientFrame.Text, [0xED, 0xA0, 0x80]).ToBytes() },
        { "text past U+10FFFF", 1007, new ClientFrame(ClientFrame.Text, [0xF4, 0x90, 0x80, 0x80]).ToBytes() },
        { "text that is cut", 1007, new ClientFrame(ClientFrame.Text, [0xE2, 0x82]).ToBytes() },
        { "text that breaks over fragments", 1007, [.. new ClientFrame(ClientFrame.Text, [0xE2, 0x82]) { Fin = false }.ToBytes(), .. new ClientFrame(ClientFrame.Continuation, [0x41]).ToBytes()] },
        { "close of one byte", 1002, new ClientFrame(ClientFrame.Close, [3]).ToBytes() },
        { "close with 1005", 1002, ClientFrame.CloseWith(1005).ToBytes() },
        { "close with 1006", 1002, ClientFrame.CloseWith(1006).ToBytes() },
        { "close with 999", 1002, ClientFrame.CloseWith(999).ToBytes() },
        { "close with 2999", 1002, ClientFrame.CloseWith(2999).ToBytes() },
        { "close with 5000", 1002, ClientFrame.CloseWith(5000).ToBytes() },
        { "close with a reason that is not UTF-8", 1007, ClientFrame.CloseWith(1000, 0xFF).ToBytes() },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task A_violation_of_the_framing_ends_the_session_with_its_code(string what, int code, byte[] bytes)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        // What comes behind it must not be looked at.
        await client.Raw.SendAsync((byte[])[.. bytes, .. new ClientFrame(ClientFrame.Text, Ping).ToBytes()]);
        var close = await client.ExpectCloseAsync(code, answer: false);

        Assert.NotEmpty(close.CloseReason);
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions", ("tenant", "acme")) == 0, what);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "protocol_error")));
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task A_violation_byte_by_byte_ends_the_session_alike(string what, int code, byte[] bytes)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        try
        {
            foreach (var part in bytes.Take(200).Chunk(1).Concat(bytes.Skip(200).Chunk(4_000)))
            {
                await client.Raw.SendAsync(part);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The gateway was quicker: it need not read on.
        }

        var close = await client.ReadAsync();
        Assert.True(close.IsClose && close.CloseCode == code, $"{what}: {close}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(4_092)]
    [InlineData(4_093)]
    public async Task A_message_up_to_the_limit_passes(int payload)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        byte[] echo = [250, 7, 0, .. Enumerable.Range(0, payload).Select(i => (byte)i)];

        await client.SendBinaryAsync(echo);

        Assert.Equal(Convert.ToHexStringLower(echo), await client.ExpectHotAsync());
        await client.IsQuietAsync();
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public async Task Lengths_of_64_bits_are_read_and_written(int length)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("limits.max_frame_bytes", "1000000");
        using var client = await gateway.ConnectAsync("t-alice");
        var echo = new byte[length];
        new Random(length).NextBytes(echo);
        (echo[0], echo[1], echo[2]) = (250, 7, 0);

        await client.SendBinaryAsync(echo);

        Assert.Equal(Convert.ToHexStringLower(echo), await client.ExpectHotAsync());
        await client.IsQuietAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    public async Task A_ping_is_answered_with_its_payload(int length)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        var payload = Enumerable.Range(0, length).Select(i => (byte)(i + 130)).ToArray();

        await client.SendAsync(new ClientFrame(ClientFrame.Ping, payload));
        await client.SendAsync(new ClientFrame(ClientFrame.Pong, payload));
        var pong = await client.ReadAsync();

        Assert.Equal(ClientFrame.Pong, pong.Opcode);
        Assert.Equal(payload, pong.Payload);
        await client.IsQuietAsync();
    }

    [Fact]
    public async Task Control_frames_may_come_between_fragments()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendAsync(new ClientFrame(ClientFrame.Binary, [250]) { Fin = false });
        await client.SendAsync(new ClientFrame(ClientFrame.Ping, [1]));
        await client.SendAsync(new ClientFrame(ClientFrame.Continuation, []) { Fin = false });
        await client.SendAsync(new ClientFrame(ClientFrame.Pong, []));
        await client.SendAsync(new ClientFrame(ClientFrame.Continuation, [7, 0]) { Fin = false });
        await client.SendAsync(new ClientFrame(ClientFrame.Ping, [2]));
        await client.SendAsync(new ClientFrame(ClientFrame.Continuation, [9]));

        Assert.Equal((ClientFrame.Pong, 1), await ReadPongAsync(client));
        Assert.Equal((ClientFrame.Pong, 2), await ReadPongAsync(client));
        Assert.Equal("fa070009", await client.ExpectHotAsync());
        await client.IsQuietAsync();
    }

    [Fact]
    public async Task A_message_in_fragments_of_one_byte_is_one_message_byte_by_byte_too()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        await client.JoinAsync("r");
        var message = Encoding.UTF8.GetBytes("""{"svc":"chat","type":"send","data":{"msg":"h€llo 🌍"}}""");

        for (var i = 0; i < message.Length; i++)
        {
            var opcode = i == 0 ? ClientFrame.Text : ClientFrame.Continuation;
            foreach (var part in new ClientFrame(opcode, [message[i]]) { Fin = i == message.Length - 1, Mask = (uint)(i * 0x01020304) }.ToBytes())
            {
                await client.Raw.SendAsync(new[] { part });
            }
        }

        var received = await client.ExpectAsync("chat", "msg");
        Assert.Equal("h€llo 🌍", received.GetProperty("data").GetProperty("msg").GetString());
        await client.IsQuietAsync();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1011)]
    [InlineData(3000)]
    [InlineData(4999)]
    public async Task A_close_of_the_client_is_answered_with_its_code_and_ends_the_connection(int code)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendAsync(ClientFrame.CloseWith((ushort)code, "bye"u8));

        await client.ExpectCloseAsync(code, answer: false);
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("reason", "client_closed")) == 1, "counted");
    }

    [Fact]
    public async Task A_close_without_a_code_is_answered_with_1000()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendAsync(new ClientFrame(ClientFrame.Close, []));

        await client.ExpectCloseAsync(1000, answer: false);
    }

    [Fact]
    public async Task What_comes_behind_a_close_is_ignored()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.Raw.SendAsync((byte[])[.. ClientFrame.CloseWith(1000).ToBytes(), .. new ClientFrame(ClientFrame.Text, Ping).ToBytes(), 0xFF, 0xFF]);

        await client.ExpectCloseAsync(1000, answer: false);
    }

    [Fact]
    public async Task A_close_of_the_gateway_waits_for_the_clients_close()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig().Tenant("policy.violations", "{max: 1, window_ms: 10000}"));
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendTextAsync("no json");
        Assert.Equal("BAD_REQUEST", await client.ExpectErrorAsync());

        // Frames that crossed with the close are let go by.
        var close = await client.ReadAsync();
        Assert.Equal(4403, close.CloseCode);
        await client.SendTextAsync("crossed");
        await client.SendAsync(ClientFrame.CloseWith(4403));
        Assert.Empty(await client.Raw.ReadToEndAsync());
    }

    [Fact]
    public async Task A_half_closed_connection_is_a_lost_one()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        client.Raw.ShutdownSend();

        Assert.Empty(await client.Raw.ReadToEndAsync());
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("reason", "connection_lost")) == 1, "counted");
    }

    [Fact]
    public async Task A_silent_client_is_pinged_and_then_closed_with_4411()
    {
        // Shorter than a file may say.
        await using var gateway = await GatewayUnderTest.StartAsync(
            new TestConfig().Change(config => config with { Gateway = config.Gateway with { PingIntervalMs = 200, IdleTimeoutMs = 1_000 } }), bystander: false);
        using var client = await gateway.ConnectAsync("t-alice");

        var (before, close) = await client.ReadToCloseAsync();

        Assert.Equal(4411, close.CloseCode);
        Assert.NotEmpty(before);
        Assert.All(before, frame => Assert.Equal(ClientFrame.Ping, frame.Opcode));
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("reason", "idle_timeout")));
    }

    private static async Task<(int Opcode, int Payload)> ReadPongAsync(GatewayClient client)
    {
        var frame = await client.ReadAsync();
        return (frame.Opcode, Assert.Single(frame.Payload));
    }
}
