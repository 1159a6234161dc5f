using System.Buffers.Binary;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Tcp;

/// <summary>Frames of the TCP transport end to end: what breaks the framing, heartbeats, and both sides' close.</summary>
public sealed class TcpFramingTests
{
    [Fact]
    public async Task A_message_may_have_max_frame_bytes_and_not_one_more()
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        var longest = new byte[4_096];
        longest[0] = 250;

        await client.SendBinaryAsync(longest);
        Assert.Equal(Convert.ToHexStringLower(longest), await client.ExpectHotAsync());
        await client.Raw.SendAsync(Header(4_097, 2));

        await client.ExpectCloseAsync(1009);
    }

    [Theory]
    [InlineData("00000000 00", 1002)]
    [InlineData("00000000 03", 1002)]
    [InlineData("00000000 ff", 1002)]
    [InlineData("ffffffff 07", 1002)]
    [InlineData("7e000000 09", 1002)]
    [InlineData("7e000000 0a", 1002)]
    [InlineData("7e000000 08", 1002)]
    [InlineData("01000000 08 03", 1002)]
    [InlineData("02000000 08 ed03", 1002)]
    [InlineData("03000000 08 e803 ff", 1007)]
    [InlineData("01000000 01 ff", 1007)]
    [InlineData("ffffffff 01", 1009)]
    [InlineData("00000080 02", 1009)]
    public async Task Broken_framing_is_closed_with_its_code_and_what_came_before_was_served(string hex, int code)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.Raw.SendAsync((byte[])[.. TcpClient.Frame(2, 250, 1, 0, 7), .. Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), .. TcpClient.Frame(2, 250, 1, 0, 8)]);

        var (before, close) = await client.ReadToCloseAsync();
        Assert.True(before.Count <= 1);
        Assert.Equal(code, close.CloseCode);
        Assert.NotEmpty(close.CloseReason);
        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "protocol_error")) == 1, "it is counted");
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_messages_total", ("tenant", "acme"), ("lane", "hot"), ("direction", "in")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    public async Task A_ping_is_answered_with_its_payload(int length)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        var payload = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();

        await client.SendAsync(new ClientFrame(ClientFrame.Ping, payload));
        var pong = await client.ReadAsync();

        Assert.Equal((ClientFrame.Pong, Convert.ToHexString(payload)), (pong.Opcode, Convert.ToHexString(pong.Payload)));
        await client.SendAsync(new ClientFrame(ClientFrame.Pong, payload));
        await client.IsQuietAsync();
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(1001, 1001)]
    [InlineData(4999, 4999)]
    [InlineData(null, 1000)]
    public async Task A_clients_close_is_answered_with_its_code_and_the_connection_ends(int? code, int answer)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendAsync(code is { } given ? ClientFrame.CloseWith((ushort)given, "bye"u8) : new ClientFrame(ClientFrame.Close, []));

        await client.ExpectCloseAsync(answer, answer: false);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "client_closed")));
    }

    [Fact]
    public async Task A_client_that_hangs_up_without_a_close_is_a_lost_connection()
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        client.Raw.ShutdownSend();

        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "connection_lost")) == 1, "it is counted");
        await client.Raw.ReadToEndAsync();
    }

    [Fact]
    public async Task The_gateway_pings_and_closes_with_4411_who_stays_silent()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            new TestConfig().Change(config => config with { Gateway = config.Gateway with { PingIntervalMs = 200, IdleTimeoutMs = 1_000 } }), bystander: false, Wire.Tcp);
        using var client = await gateway.ConnectAsync("t-alice");

        var ping = await client.ReadAsync();
        var (others, close) = await client.ReadToCloseAsync();

        Assert.Equal((ClientFrame.Ping, 0), (ping.Opcode, ping.Payload.Length));
        Assert.All(others, frame => Assert.Equal(ClientFrame.Ping, frame.Opcode));
        Assert.Equal((4411, "idle_timeout"), (close.CloseCode, close.CloseReason));
    }

    [Fact]
    public async Task Both_transports_meet_in_a_room()
    {
        await using var gateway = await StartAsync();
        using var tcp = await gateway.ConnectAsync("t-alice");
        using var web = await gateway.UpgradeAsync("t-bob");
        await tcp.JoinAsync("r");
        await web.JoinAsync("r");

        await tcp.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"é"}}""");
        await tcp.ExpectAsync("chat", "msg");
        Assert.Equal("é", (await web.ExpectAsync("chat", "msg")).GetProperty("data").GetProperty("msg").GetString());
        await web.SendHotAsync("01 05 00 c0ffee");

        Assert.EndsWith("c0ffee", await tcp.ExpectHotAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_messages_of_every_length_come_back_as_they_went()
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        for (var length = 3; length < 4_096; length += 41)
        {
            var frame = new byte[length];
            (frame[0], frame[2]) = (250, 0x20);
            frame.AsSpan(3).Fill((byte)length);
            await client.SendBinaryAsync(frame);
            Assert.Equal(Convert.ToHexStringLower(frame), await client.ExpectHotAsync());
        }
    }

    private static Task<GatewayUnderTest> StartAsync() => GatewayUnderTest.StartAsync(wire: Wire.Tcp);

    private static byte[] Header(uint length, byte kind)
    {
        var header = new byte[5];
        BinaryPrimitives.WriteUInt32LittleEndian(header, length);
        header[4] = kind;
        return header;
    }
}
