using WsPrism.Backend.Link;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

public sealed class LinkPublishTests : LinkTests
{
    [Theory]
    [InlineData("""{"room":"r"}""", 2, "r")]
    [InlineData("""{"room":"\u0072"}""", 2, "r")]
    [InlineData("""{"rooms":["r","nobody","\u0072"]}""", 4, "r")]
    [InlineData("""{"user":"user:alice"}""", 1, null)]
    [InlineData("""{"user":"user:nobody"}""", 0, null)]
    [InlineData("""{"session":"SESSION"}""", 1, null)]
    [InlineData("""{"session_handle":HANDLE}""", 1, null)]
    [InlineData("""{"room_handle":ROOM}""", 2, "r")]
    [InlineData("""{"room_handle":77}""", 0, "r")]
    [InlineData("""{"all":true}""", 2, null)]
    public async Task A_text_publish_goes_to_whom_it_names_with_a_receipt_and_without(string to, int receivers, string? room)
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        var handle = await alice.JoinAsync("r");
        await bob.JoinAsync("r");
        to = to.Replace("SESSION", alice.Authed.GetProperty("session").GetString(), StringComparison.Ordinal)
            .Replace("HANDLE", $"{alice.Handle}", StringComparison.Ordinal).Replace("ROOM", $"{handle}", StringComparison.Ordinal);

        await worker.SayAsync($$$"""{"op":"publish","to":{{{to}}},"message":{"data":{"a":"é"},"svc":"trade","type":"tick"} }""");
        await worker.SayAsync($$$"""{"op":"publish","id":7,"to":{{{to}}},"message":{"svc":"trade","type":"tick"}}""");

        var receipt = await worker.ExpectAsync("receipt");
        Assert.Equal((7, receivers), (receipt.GetProperty("id").GetInt32(), receipt.GetProperty("receivers").GetInt32()));
        if (receivers > 0)
        {
            var first = await alice.ExpectAsync("trade", "tick");
            Assert.Equal((room, "é"), (first.TryGetProperty("room", out var named) ? named.GetString() : null, first.GetProperty("data").GetProperty("a").GetString()));
        }
    }

    [Fact]
    public async Task Text_and_binary_publishes_of_one_worker_come_in_their_order()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("r");
        var item = WorkerClient.Item(LinkOp.Envelope, LinkTarget.Room, "r"u8, WorkerClient.Envelope("trade", "two", """{"b":1}"""), receipt: 9);

        await worker.SayAsync("""{"op":"publish","to":{"room":"r"},"message":{"svc":"trade","type":"one"}}""");
        await worker.SendBinaryAsync(item, WorkerClient.Item(LinkOp.Envelope, LinkTarget.User, "user:alice"u8, WorkerClient.Envelope("trade", "three")));
        await worker.SayAsync("""{"op":"publish","to":{"all":true},"frame_base64":"BQEgqg=="}""");

        // Reliable Hot frames go before envelopes where both wait.
        var frames = new List<ServerFrame>();
        while (frames.Count < 4)
        {
            frames.Add(await alice.ReadAsync());
        }

        Assert.Equal("050120AA", Convert.ToHexString(Assert.Single(frames, frame => frame.IsBinary).Payload));
        Assert.Equal(["one", "two", "three"], frames.Where(frame => frame.IsText).Select(frame => frame.Json.GetProperty("type").GetString()));
        Assert.Equal(1, frames.Single(frame => frame.IsText && frame.Json.GetProperty("type").GetString() == "two").Json.GetProperty("data").GetProperty("b").GetInt32());
        var receipt = await worker.ExpectAsync("receipt");
        Assert.Equal((9, 1), (receipt.GetProperty("id").GetInt32(), receipt.GetProperty("receivers").GetInt32()));
        Assert.Equal(4, (await api.Gateway.MetricsAsync()).Sum("wsprism_link_publishes_total", ("tenant", "acme")));
    }

    [Fact]
    public async Task Many_publishes_reach_each_receiver_in_order()
    {
        await using var api = await StartAsync(Config().Tenant("limits.outbound", "{ext_messages: 100000, ext_bytes: 100000000}"));
        using var worker = await WorkerClient.ConnectAsync(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("r");
        const int Count = 20_000;

        for (var n = 0; n < Count; n += 500)
        {
            await worker.SendBinaryAsync(
                [.. Enumerable.Range(n, 500).Select(i => WorkerClient.Item(LinkOp.Envelope, LinkTarget.Room, "r"u8, WorkerClient.Envelope("trade", "n", $"{i}")))]);
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(i, (await alice.ExpectAsync("trade", "n")).GetProperty("data").GetInt32());
        }
    }

    [Fact]
    public async Task A_message_may_be_as_long_as_the_tenant_allows_and_not_a_byte_longer()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("r");

        // {"v":1,"svc":"trade","type":"x","room":"r","data":"…"}
        var longest = new string('a', 4_096 - 53);
        await SayAsync(longest);
        await SayAsync(longest + "a");
        await worker.SendBinaryAsync(
            WorkerClient.Item(LinkOp.Frame, LinkTarget.Room, "r"u8, new byte[4_092]),
            WorkerClient.Item(LinkOp.Frame, LinkTarget.Room, "r"u8, new byte[4_093], receipt: 3));

        Assert.Equal("PAYLOAD_TOO_LARGE", await worker.ExpectErrorAsync());
        Assert.Equal("PAYLOAD_TOO_LARGE", await worker.ExpectErrorAsync(3));
        var all = await alice.RoundTripAsync();
        Assert.Equal([4_092, 4_096], all.Select(frame => frame.Payload.Length).Order());

        Task SayAsync(string data) => worker.SayAsync($$$"""{"op":"publish","to":{"room":"r"},"message":{"svc":"trade","type":"x","data":"{{{data}}}"}}""");
    }
}
