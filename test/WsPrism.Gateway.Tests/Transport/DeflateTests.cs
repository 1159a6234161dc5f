using System.IO.Compression;
using System.Text;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Transport;

/// <summary>permessage-deflate, RFC 7692.</summary>
public sealed class DeflateTests
{
    private const string Offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";

    [Fact]
    public async Task It_is_not_negotiated_where_the_tenant_does_not_allow_it()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        using var client = await gateway.UpgradeAsync("t-alice", headers: Offer);

        Assert.Null(client.Upgrade.Header("sec-websocket-extensions"));
    }

    [Fact]
    public async Task It_is_not_negotiated_where_the_client_does_not_offer_it()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");

        using var client = await gateway.UpgradeAsync("t-alice", headers: "Sec-WebSocket-Extensions: x-other");

        Assert.Null(client.Upgrade.Header("sec-websocket-extensions"));
    }

    [Fact]
    public async Task It_is_negotiated_without_context_takeover_in_both_directions()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");

        using var client = await gateway.UpgradeAsync("t-alice", headers: Offer);

        var answer = client.Upgrade.Header("sec-websocket-extensions")!.Split(';', StringSplitOptions.TrimEntries);
        Assert.Equal("permessage-deflate", answer[0]);
        Assert.Contains("server_no_context_takeover", answer);
        Assert.Contains("client_no_context_takeover", answer);
    }

    [Fact]
    public async Task Compressed_messages_are_read_and_long_answers_compressed()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");
        using var packed = await gateway.UpgradeAsync("t-alice", headers: Offer);
        using var plain = await gateway.ConnectAsync("t-bob");
        await packed.JoinAsync("r");
        await plain.JoinAsync("r");
        var text = new string('x', 1_000);

        await packed.SendAsync(new ClientFrame(ClientFrame.Text, Deflate($$$"""{"svc":"chat","type":"send","data":{"msg":"{{{text}}}"}}""")) { Rsv = 4 });

        var frame = await packed.ReadAsync();
        Assert.True(frame.IsCompressed);
        Assert.True(frame.Payload.Length < 200);
        Assert.Contains(text, frame.Text, StringComparison.Ordinal);
        var same = await plain.ReadAsync();
        Assert.False(same.IsCompressed);
        Assert.Equal(frame.Text, same.Text);
    }

    [Fact]
    public async Task A_compressed_message_in_fragments_is_read()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");
        using var client = await gateway.UpgradeAsync("t-alice", headers: Offer);
        var parts = Deflate("""{"svc":"sys","type":"ping","data":{"client_time":77}}""").Chunk(3).ToArray();

        for (var i = 0; i < parts.Length; i++)
        {
            await client.SendAsync(new ClientFrame(i == 0 ? ClientFrame.Text : ClientFrame.Continuation, parts[i]) { Rsv = i == 0 ? 4 : 0, Fin = i == parts.Length - 1 });
        }

        Assert.Equal(77, (await client.ExpectAsync("sys", "pong")).GetProperty("data").GetProperty("client_time").GetInt32());
    }

    [Fact]
    public async Task A_message_inflates_up_to_the_limit_and_not_one_byte_further()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");
        using var client = await gateway.UpgradeAsync("t-alice", headers: Offer);
        const string Envelope = """{"svc":"sys","type":"ping","data":{"client_time":1}}""";

        await client.SendAsync(new ClientFrame(ClientFrame.Text, Deflate(Envelope.PadRight(4_096))) { Rsv = 4 });
        await client.ExpectAsync("sys", "pong");
        await client.SendAsync(new ClientFrame(ClientFrame.Text, Deflate(Envelope.PadRight(4_097))) { Rsv = 4 });

        await client.ExpectCloseAsync(1009, answer: false);
    }

    [Fact]
    public async Task A_bomb_is_not_unpacked()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");
        using var client = await gateway.UpgradeAsync("t-alice", headers: Offer);
        var bomb = Deflate(new string(' ', 3_000_000));
        Assert.True(bomb.Length < 4_096);

        await client.SendAsync(new ClientFrame(ClientFrame.Text, bomb) { Rsv = 4 });

        await client.ExpectCloseAsync(1009, answer: false);
    }

    [Theory]
    [InlineData("ffffffff")]
    [InlineData("00")]
    public async Task What_does_not_inflate_ends_the_session_with_1007(string hex)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");
        using var client = await gateway.UpgradeAsync("t-alice", headers: Offer);

        await client.SendAsync(new ClientFrame(ClientFrame.Text, Convert.FromHexString(hex)) { Rsv = 4 });

        var close = await client.ReadAsync();
        Assert.True(close.IsClose ? close.CloseCode == 1007 : hex == "00", close.ToString());
    }

    [Fact]
    public async Task RSV1_of_a_continuation_ends_the_session_with_1002()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");
        using var client = await gateway.UpgradeAsync("t-alice", headers: Offer);

        await client.SendAsync(new ClientFrame(ClientFrame.Text, [1]) { Fin = false });
        await client.SendAsync(new ClientFrame(ClientFrame.Continuation, [1]) { Rsv = 4 });

        await client.ExpectCloseAsync(1002, answer: false);
    }

    private static byte[] Deflate(string text)
    {
        var output = new MemoryStream();
        using var deflate = new DeflateStream(output, CompressionLevel.SmallestSize, leaveOpen: true);
        deflate.Write(Encoding.UTF8.GetBytes(text));
        deflate.Flush();

        // RFC 7692 §7.2.1: up to the flush, without its empty block.
        var bytes = output.ToArray();
        Assert.Equal([0, 0, 0xFF, 0xFF], bytes[^4..]);
        return bytes[..^4];
    }
}
