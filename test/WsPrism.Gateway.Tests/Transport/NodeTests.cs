using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Transport;

/// <summary>The gateway as a client of somebody else's making sees it.</summary>
public sealed class NodeTests(NodeFixture node) : IClassFixture<NodeFixture>
{
    [Fact]
    public async Task It_connects_with_the_ticket_as_subprotocol_and_both_lanes_work()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = node.Connect($"ws://{gateway.Address}/v1/ws?tenant=acme", ["wsprism.v1", "ticket.t-alice"]);
        using var other = await gateway.ConnectAsync("t-bob");
        await other.JoinAsync("r");

        Assert.Equal("wsprism.v1", (await client.GreetedAsync()).GetProperty("protocol").GetString());
        await client.TellAsync(new { @do = "text", text = """{"svc":"room","type":"join","room":"r"}""" });
        await client.ExpectEnvelopeAsync("sys", "joined");
        await client.TellAsync(new { @do = "fragments", text = new[] { """{"svc":"chat","type":"se""", """nd","data":{"ms""", """g":"h€llo 🌍"}}""" } });
        Assert.Equal("h€llo 🌍", (await client.ExpectEnvelopeAsync("chat", "msg")).GetProperty("data").GetProperty("msg").GetString());
        await other.ExpectAsync("chat", "msg");
        await client.TellAsync(new { @do = "binary", hex = "fa0100c0ffee" });
        Assert.Equal("fa0100c0ffee", (await client.ExpectAsync("binary")).GetProperty("hex").GetString());
        await client.TellAsync(new { @do = "ping", hex = "010203" });
        Assert.Equal("010203", (await client.ExpectAsync("pong")).GetProperty("hex").GetString());
        await client.TellAsync(new { @do = "close", code = 4000, reason = "done" });
        Assert.Equal(4000, (await client.ExpectAsync("close")).GetProperty("code").GetInt32());
        await other.IsQuietAsync();
    }

    [Theory]
    [InlineData("false", true, "")]
    [InlineData("true", false, "")]
    [InlineData("true", true, "permessage-deflate")]
    public async Task Compression_is_agreed_where_both_want_it_and_text_survives_it(string allowed, bool offered, string agreed)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", allowed);
        using var client = node.Connect(
            $"ws://{gateway.Address}/v1/ws?tenant=acme", [],
            new { headers = new { Authorization = "Bearer t-alice" }, perMessageDeflate = offered ? (object)new { threshold = 0 } : false });
        var text = string.Concat(Enumerable.Range(0, 300).Select(i => $"{i} € 🌍 "))[..900];

        Assert.Equal(agreed, (await client.GreetedAsync()).GetProperty("extensions").GetString());
        await client.TellAsync(new { @do = "text", text = """{"svc":"room","type":"join","room":"r"}""" });
        await client.ExpectEnvelopeAsync("sys", "joined");
        for (var i = 0; i < 5; i++)
        {
            await client.TellAsync(new { @do = "text", text = System.Text.Json.JsonSerializer.Serialize(new { svc = "chat", type = "send", data = new { msg = text + i } }) });
            Assert.Equal(text + i, (await client.ExpectEnvelopeAsync("chat", "msg")).GetProperty("data").GetProperty("msg").GetString());
        }

        await client.TellAsync(new { @do = "binary", hex = $"fa0100{string.Concat(Enumerable.Repeat("00", 2_000))}" });
        Assert.Equal(4_006, (await client.ExpectAsync("binary")).GetProperty("hex").GetString()!.Length);
        await client.TellAsync(new { @do = "close", code = 1000, reason = "" });
        Assert.Equal(1000, (await client.ExpectAsync("close")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_message_over_the_limit_is_closed_with_1009_even_when_its_compressed_form_is_short()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("policy.compression", "true");
        using var client = node.Connect($"ws://{gateway.Address}/v1/ws?tenant=acme&ticket=t-alice", [], new { perMessageDeflate = new { threshold = 0 } });
        await client.GreetedAsync();

        await client.TellAsync(new { @do = "text", text = new string(' ', 1_000_000) });

        Assert.Equal(1009, (await client.ExpectAsync("close")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task It_reads_why_it_was_refused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = node.Connect($"ws://{gateway.Address}/v1/ws?tenant=acme&ticket=wrong");

        var refused = await client.ExpectAsync("refused");

        Assert.Equal(401, refused.GetProperty("status").GetInt32());
        Assert.Contains("AUTH_FAILED", refused.GetProperty("body").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_told_of_a_drain()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(bystander: false);
        using var client = node.Connect($"ws://{gateway.Address}/v1/ws?tenant=acme&ticket=t-alice");
        await client.GreetedAsync();

        var drain = gateway.Host.DrainAsync();

        await client.ExpectEnvelopeAsync("sys", "draining");
        Assert.Equal(1001, (await client.ExpectAsync("close")).GetProperty("code").GetInt32());
        await drain.WaitAsync(Patience.Limit);
    }
}
