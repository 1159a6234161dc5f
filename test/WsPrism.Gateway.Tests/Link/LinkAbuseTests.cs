using System.Text;
using WsPrism.Backend.Link;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

/// <summary>Workers that are broken, slow or lie.</summary>
public sealed class LinkAbuseTests : LinkTests
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"op":"shout"}""")]
    [InlineData("""{"op":1}""")]
    [InlineData("""{"op":"drain","op":"drain"}""")]
    [InlineData("""{"op":"drain"} {}""")]
    [InlineData("""{"op":"drain","frames":1}""")]
    [InlineData("""{"op":"\ud833"}""")]
    [InlineData("""{"op":"credit","req\ud833uests":1}""")]
    [InlineData("""{"op":"publish","to":{"\ud833":"r"},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"credit","requests":0}""")]
    [InlineData("""{"op":"credit","requests":-1}""")]
    [InlineData("""{"op":"credit","requests":1.5}""")]
    [InlineData("""{"op":"credit","requests":65537}""")]
    [InlineData("""{"op":"credit","requests":65536}""")]
    [InlineData("""{"op":"credit","frames":1048577}""")]
    [InlineData("""{"op":"answer"}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"}}""")]
    [InlineData("""{"op":"publish","message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"room":"r","user":"u"},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"room":""},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"room":"\ud800"},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"rooms":"r"},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"rooms":[1]},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"all":false},"message":{"svc":"trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"},"message":{"svc":"sys","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"},"message":{"svc":"Trade","type":"x"}}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"},"message":{"svc":"trade"}}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"},"message":{"svc":"trade","type":"x","room":"r"}}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"},"message":{"svc":"trade","type":"x"},"frame_base64":"BQEA"}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"},"frame_base64":"BQE"}""")]
    [InlineData("""{"op":"publish","to":{"room":"r"},"frame_base64":"BQFA"}""")]
    public async Task A_wrong_text_message_is_an_error_and_changes_nothing(string text)
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("r");

        await worker.SayAsync(text);

        Assert.Equal("BAD_REQUEST", await worker.ExpectErrorAsync());
        await worker.IsHeardAsync();
        await alice.IsQuietAsync();
        Assert.Equal(1, (await api.Gateway.MetricsAsync()).Sum("wsprism_link_mistakes_total", ("tenant", "acme")));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("0b000000", 0)]
    [InlineData("ffffffff 01 01 01 00 00000000 00000000 72", 0)]
    [InlineData("0c000000 01 01 01 00 09000000 00000000", 9)]
    [InlineData("0c000000 01 01 00 00 09000000 00000000", 9)]
    [InlineData("0d000000 01 01 01 01 09000000 00000000 72", 9)]
    [InlineData("0d000000 03 01 01 00 09000000 00000000 72", 9)]
    [InlineData("0d000000 01 07 01 00 09000000 00000000 72", 9)]
    [InlineData("0d000000 01 01 01 00 09000000 00000000 72", 9)]
    [InlineData("0f000000 01 05 03 00 09000000 00000000 010000", 9)]
    [InlineData("10000000 01 01 01 00 09000000 00000000 72 050110", 9)]
    [InlineData("10000000 02 01 01 00 09000000 00000000 72 050110", 9)]
    [InlineData("12000000 02 01 01 00 09000000 00000000 72 01 74 01 78 7b", 9)]
    public async Task A_wrong_binary_item_is_an_error_under_its_number(string hex, int receipt)
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("r");
        var good = receipt == 0 ? [] : WorkerClient.Item(LinkOp.Frame, LinkTarget.Room, "r"u8, [5, 1, 0x20]);

        await worker.SendBinaryAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), good);

        Assert.Equal("BAD_REQUEST", await worker.ExpectErrorAsync(receipt == 0 ? null : receipt));
        await worker.IsHeardAsync();
        if (receipt != 0)
        {
            // One that is wrong does not keep the next one back.
            Assert.Equal("050120", await alice.ExpectHotAsync());
        }
    }

    [Fact]
    public async Task An_answer_to_nothing_and_a_second_answer_are_errors()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var client = await api.Gateway.ConnectAsync("t-alice");
        await worker.SayAsync("""{"op":"answer","id":1}""");
        Assert.Equal("BAD_REQUEST", await worker.ExpectErrorAsync(1));

        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":"x"}""");
        var request = await worker.ExpectAsync("request");
        await worker.AnswerAsync(request, """{"reply":1}""");
        await worker.AnswerAsync(request, """{"reply":2}""");

        Assert.Equal("BAD_REQUEST", await worker.ExpectErrorAsync(1));
        Assert.Equal(1, (await client.ExpectAsync("sys", "ack")).GetProperty("data").GetInt32());
        await client.IsQuietAsync();
    }

    [Fact]
    public async Task After_31_mistakes_it_is_still_there_and_after_32_it_is_not()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        for (var i = 0; i < 31; i++)
        {
            await worker.SayAsync("nonsense");
            await worker.ExpectErrorAsync();
        }

        await worker.IsHeardAsync();
        await worker.SayAsync("nonsense");

        await worker.ReadToCloseAsync(4403);
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_it_and_one_at_the_limit_does_not()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var client = await api.Gateway.ConnectAsync("t-alice");

        await worker.SayAsync("""{"op":"drain"  """ + new string(' ', 262_144 - 16) + "}");
        Assert.Single(await worker.ReadToCloseAsync(1000));

        using var second = await WorkerClient.ConnectAsync(api);
        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":1}""");
        await second.ExpectAsync("request");
        await second.SendAsync(new ClientFrame(ClientFrame.Text, []) { ClaimedLength = 262_145 });
        Assert.Empty(await second.ReadToCloseAsync(1009));
        Assert.Equal("SERVICE_UNAVAILABLE", await client.ExpectErrorAsync("1"));
    }

    [Fact]
    public async Task One_that_breaks_the_framing_is_closed()
    {
        await using var api = await StartAsync();
        using var unmasked = await WorkerClient.ConnectAsync(api);
        await unmasked.SendAsync(new ClientFrame(ClientFrame.Text, "{}"u8.ToArray()) { Masked = false });
        Assert.Empty(await unmasked.ReadToCloseAsync(1002));

        using var latin = await WorkerClient.ConnectAsync(api);
        await latin.SendAsync(new ClientFrame(ClientFrame.Text, [0xE9]));
        Assert.Empty(await latin.ReadToCloseAsync(1007));
    }

    [Fact]
    public async Task One_that_stops_reading_is_cut_off_and_every_client_gets_its_answer()
    {
        await using var api = await StartAsync(Config().Gateway("writer_send_timeout_ms", "300").Tenant("limits.max_frame_bytes", "1000000"));
        using var client = await api.Gateway.ConnectAsync("t-alice");
        using var stuck = await WorkerClient.ConnectAsync(api, receiveBuffer: 4_096, requests: 60_000);
        var big = new string('x', 400_000);

        // More than the sockets between hold; nobody reads.
        for (var id = 1; id <= 40; id++)
        {
            await client.SendTextAsync($$"""{"svc":"trade","type":"buy","data":"{{big}}","id":{{id}}}""");
        }

        var answered = new HashSet<string>();
        while (answered.Count < 40)
        {
            var error = await client.ExpectAsync("sys", "error");
            Assert.Equal("SERVICE_UNAVAILABLE", error.GetProperty("data").GetProperty("code").GetString());
            Assert.True(answered.Add(error.GetProperty("id").ToString()));
        }

        await client.IsQuietAsync();
        await Patience.UntilAsync(async () => (await api.Gateway.MetricsAsync()).Sum("wsprism_link_workers") == 0, "it is out");
    }

    [Fact]
    public async Task Its_pings_are_answered_and_its_close_too()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);

        await worker.IsHeardAsync();
        await worker.SendAsync(ClientFrame.CloseWith(1000, Encoding.UTF8.GetBytes("bye")));

        Assert.Empty(await worker.ReadToCloseAsync(1000));
        Assert.Empty(await worker.Raw.ReadToEndAsync());
    }
}
