using WsPrism.Backend.Link;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

/// <summary>Hot frames both ways, and what a game server has to know beside them.</summary>
public sealed class LinkHotTests : LinkTests
{
    [Fact]
    public async Task A_frame_goes_to_the_worker_with_its_sender_and_room_and_the_worker_answers_the_room()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        var room = await alice.JoinAsync("r");
        await bob.JoinAsync("r");

        await alice.SendHotAsync("05 07 07 01000000 2a000000 aabb");
        Assert.Equal("050102", await EchoAckAsync(alice, "05 01 02"));
        var frames = await ReadFramesAsync(worker, 2);

        // SEQ, KEY, SENDER, ROOM; the acknowledgement is the gateway's affair.
        Assert.Equal(["05071d01000000" + "2a000000" + Hex(alice.Handle) + Hex(room) + "aabb", "050118" + Hex(alice.Handle) + Hex(room)], frames);

        await worker.SendBinaryAsync(
            WorkerClient.Item(LinkOp.Frame, LinkTarget.RoomHandle, BitConverter.GetBytes(room), [5, 9, 0x20, 1]),
            WorkerClient.Item(LinkOp.Frame, LinkTarget.Room, "r"u8, [5, 9, 0x20, 2], except: alice.Handle),
            WorkerClient.Item(LinkOp.Frame, LinkTarget.SessionHandle, BitConverter.GetBytes(alice.Handle), [5, 9, 0x20, 3]));
        Assert.Equal(["05092001", "05092003"], [await alice.ExpectHotAsync(), await alice.ExpectHotAsync()]);
        Assert.Equal(["05092001", "05092002"], [await bob.ExpectHotAsync(), await bob.ExpectHotAsync()]);
    }

    [Fact]
    public async Task Without_a_worker_a_frame_is_refused()
    {
        await using var api = await StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");

        await alice.SendHotAsync("05 01 00");
        Assert.Equal("SERVICE_UNAVAILABLE", await alice.ExpectErrorAsync());
        await alice.SendHotAsync("05 01 20");
        Assert.Equal("SERVICE_UNAVAILABLE", await alice.ExpectErrorAsync());
        Assert.Equal(2, (await api.Gateway.MetricsAsync()).Sum("wsprism_link_frames_total", ("tenant", "acme"), ("fate", "refused")));
    }

    [Fact]
    public async Task Without_credit_the_latest_state_of_each_sender_wins_and_reliable_frames_wait()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api, requests: 1, frames: 0);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        foreach (var hex in new[] { "05 01 00 01", "05 01 00 02", "05 02 20 03", "05 01 04 01000000 04", "05 02 20 05", "05 01 00 06" })
        {
            await alice.SendHotAsync(hex);
        }

        await alice.IsQuietAsync();
        await bob.SendHotAsync("05 01 04 01000000 07");
        await bob.IsQuietAsync();
        await worker.IsHeardAsync();

        await worker.GrantAsync(0, 3);
        var (a, b) = (Hex(alice.Handle), Hex(bob.Handle));
        Assert.Equal([$"050228{a}03", $"050228{a}05", $"050108{a}06"], await ReadFramesAsync(worker, 3));
        await worker.IsHeardAsync();
        await worker.GrantAsync(0, 10);
        Assert.Equal([$"05010c01000000{a}04", $"05010c01000000{b}07"], await ReadFramesAsync(worker, 2));
        var metrics = await api.Gateway.MetricsAsync();
        Assert.Equal((5, 2), (metrics.Sum("wsprism_link_frames_total", ("fate", "sent")), metrics.Sum("wsprism_link_frames_total", ("fate", "conflated"))));
    }

    [Fact]
    public async Task Of_4096_reliable_frames_that_wait_none_is_refused_and_the_next_one_is()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api, requests: 1, frames: 0);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        for (var i = 0; i < 4_096; i++)
        {
            await alice.SendHotAsync("05 01 20");
        }

        await alice.IsQuietAsync();
        await alice.SendHotAsync("05 01 20");

        Assert.Equal("SERVICE_UNAVAILABLE", await alice.ExpectErrorAsync());
        await worker.GrantAsync(0, 5_000);
        await ReadFramesAsync(worker, 4_096);
    }

    [Fact]
    public async Task A_worker_hears_who_is_in_the_rooms_that_it_watches_who_comes_and_who_goes()
    {
        await using var api = await StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        var first = await alice.JoinAsync("match:1");
        await alice.JoinAsync("hall");
        using var worker = await WorkerClient.ConnectAsync(api, more: "&rooms=match:*,lobby", requests: 0, frames: 0);

        Assert.Equal(Notice("joined", "match:1", first, alice, "user:alice"), (await worker.ExpectAsync("joined")).GetRawText());
        await bob.JoinAsync("match:1");
        Assert.Equal(Notice("joined", "match:1", first, bob, "user:bob"), (await worker.ExpectAsync("joined")).GetRawText());
        await bob.JoinAsync("elsewhere");
        var lobby = await bob.JoinAsync("lobby");
        Assert.Equal(Notice("joined", "lobby", lobby, bob, "user:bob"), (await worker.ExpectAsync("joined")).GetRawText());
        await alice.SendTextAsync("""{"svc":"room","type":"leave","room":"match:1"}""");
        Assert.Equal(Notice("left", "match:1", first, alice, "user:alice"), (await worker.ExpectAsync("left")).GetRawText());
        bob.Raw.Reset();
        var rooms = new[] { await worker.ExpectAsync("left"), await worker.ExpectAsync("left") }.Select(left => left.GetProperty("room").GetString());
        Assert.Equal(["lobby", "match:1"], rooms.Order());
    }

    private static string Notice(string op, string room, uint handle, GatewayClient client, string user) =>
        $$"""{"op":"{{op}}","room":"{{room}}","room_handle":{{handle}},"user":"{{user}}","session":"{{client.Authed.GetProperty("session")}}","handle":{{client.Handle}}}""";

    private static string Hex(uint value) => Convert.ToHexStringLower(BitConverter.GetBytes(value));

    private static async Task<string> EchoAckAsync(GatewayClient client, string hex)
    {
        await client.SendHotAsync(hex);
        await client.ExpectHotAsync();
        return await client.ExpectHotAsync();
    }

    private static async Task<List<string>> ReadFramesAsync(WorkerClient worker, int count)
    {
        var frames = new List<string>();
        while (frames.Count < count)
        {
            frames.AddRange(await worker.ExpectFramesAsync());
        }

        return frames;
    }
}
