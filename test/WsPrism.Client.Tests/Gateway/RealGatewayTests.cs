using System.Threading.Channels;
using WsPrism.Client.Chat;
using WsPrism.Client.Ext;
using WsPrism.Client.Rooms;
using WsPrism.Client.Tests.Support;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Tests.Gateway;

/// <summary>Clients on the gateway itself, over sockets, with a network between that breaks.</summary>
public sealed class RealGatewayTests
{
    [Fact]
    public async Task Two_clients_chat_in_a_room_and_see_each_other()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var alice = await OpenAsync(gateway.Url, "alice");
        await using var bob = await OpenAsync(gateway.Url, "bob");
        var said = Listen(bob, "lobby");
        await alice.Rooms.JoinAsync("lobby");
        var room = await bob.Rooms.JoinAsync("lobby");
        Assert.Equal(("lobby", 2), (room.Name, room.Members));

        await alice.Chat.SendAsync("hello", "lobby");
        var message = await said.TakeAsync("what alice said");
        Assert.Equal(("user:alice", "hello", "lobby"), (message.From, message.Text, message.Room));

        await alice.Presence.SetStateAsync("lobby", JsonData.Parse("""{"typing":true}"""));
        var members = await ToListAsync(bob.Presence.MembersAsync("lobby"));
        Assert.Equal(["user:alice", "user:bob"], members.Select(member => member.User).Order());
        Assert.True(members.Single(member => member.User == "user:alice").State.GetProperty("typing").GetBoolean());

        var refused = await Assert.ThrowsAsync<WsPrismException>(() => bob.Rooms.JoinAsync("party:x"));
        Assert.Equal("NOT_ALLOWED", refused.Code);
        var party = await alice.Party.CreateAsync();
        await Patience.UntilAsync(() => alice.Rooms.Find(party.Room) is not null, () => "the party's room");
        await bob.Rooms.LeaveAsync("lobby");
        Assert.Empty(bob.Rooms.All);
    }

    [Fact]
    public async Task Hot_frames_are_relayed_one_by_one_in_batches_and_acknowledged()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var alice = await OpenAsync(gateway.Url, "alice");
        await using var bob = await OpenAsync(gateway.Url, "bob");
        foreach (var room in new[] { "tick:1", "plain" })
        {
            await alice.Rooms.JoinAsync(room);
            await bob.Rooms.JoinAsync(room);
        }

        var frames = Channel.CreateUnbounded<(uint Sender, uint Key, byte[] Payload)>();
        bob.Hot.On(1, (in HotFrame frame) => frames.Writer.TryWrite((frame.Sender, frame.Key, frame.Payload.ToArray())));
        foreach (var room in new[] { "tick:1", "plain" })
        {
            Assert.Equal(SendResult.Queued, alice.Hot.TrySend(1, 7, "state"u8, key: 42, room: room));
            var frame = await frames.TakeAsync("the frame");
            Assert.Equal((alice.Session!.Handle, 42u, "state"), (frame.Sender, frame.Key, System.Text.Encoding.UTF8.GetString(frame.Payload)));
        }

        await alice.Hot.SendAcknowledgedAsync(1, 7, "state"u8.ToArray(), key: 42, cancellation: Patience.Token());
        Assert.Equal(SendResult.NotInRoom, alice.Hot.TrySend(1, 7, "state"u8, room: "elsewhere"));
    }

    [Fact]
    public async Task A_conflating_sender_gets_its_last_states_through()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var alice = await OpenAsync(gateway.Url, "alice");
        var last = new System.Collections.Concurrent.ConcurrentDictionary<uint, byte>();
        alice.Hot.On(250, (in HotFrame frame) => last[frame.Key] = frame.Payload[0]);
        using var sender = alice.Hot.CreateSender();
        for (var i = 0; i < 10_000; i++)
            sender.Set(250, 1, [(byte)(i / 10 % 251)], key: (uint)(i % 10));

        await Patience.UntilAsync(() => sender.Waiting == 0 && last.Count == 10 && last.Values.All(value => value == 999 % 251), () => $"the last states: {string.Join(' ', last)}");
        Assert.True(sender.Replaced > 0);
    }

    [Fact]
    public async Task A_cut_connection_is_resumed_and_nothing_is_missed_or_comes_twice()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var network = new Forwarder(gateway.Address);
        await using var alice = await OpenAsync(gateway.Url, "alice");
        await using var bob = await OpenAsync(network.Url, "bob");
        var restored = Restorations(bob);
        var said = Listen(bob, "lobby");
        await alice.Rooms.JoinAsync("lobby");
        await bob.Rooms.JoinAsync("lobby");
        var session = bob.Session!.Session;
        var next = 0;
        for (var round = 0; round < 5; round++)
        {
            await SayAsync(alice, next, 3);
            network.Cut(staysDown: true);
            await SayAsync(alice, next + 3, 3);
            var asked = bob.Chat.SendAsync("x", "lobby");
            network.Mend();
            await asked;
            for (var i = 0; i < 6; i++)
                Assert.Equal($"{next++}", (await TakeOfAsync(said, "user:alice")).Text);
            Assert.True((await restored.TakeAsync("the session")).IsResumed);
        }

        Assert.Equal((session, 1, 5), (bob.Session!.Session, bob.Figures.Sessions, bob.Figures.Resumes));
    }

    [Fact]
    public async Task A_lost_session_comes_back_to_its_rooms_and_their_histories()
    {
        await using var gateway = await RealGateway.StartAsync(resumeWindowMs: 0);
        await using var network = new Forwarder(gateway.Address);
        await using var alice = await OpenAsync(gateway.Url, "alice");
        await using var bob = await OpenAsync(network.Url, "bob");
        var restored = Restorations(bob);
        var said = Listen(bob, null);
        foreach (var room in new[] { "log:1", "lobby" })
        {
            await alice.Rooms.JoinAsync(room);
            await bob.Rooms.JoinAsync(room);
        }

        await alice.Chat.SendAsync("before", "log:1");
        Assert.Equal("before", (await said.TakeAsync("before")).Text);
        network.Cut(staysDown: true);
        await alice.Chat.SendAsync("meanwhile", "log:1");
        network.Mend();

        var message = await said.TakeAsync("meanwhile");
        Assert.Equal(("meanwhile", 2UL), (message.Text, message.Offset));
        var told = await restored.TakeAsync("the new session");
        Assert.Equal((false, "unavailable"), (told.IsResumed, told.Failure));
        Assert.Equal([("log:1", true), ("lobby", false)], told.Rooms.Select(room => (room.Room, room.Recovered)));
        Assert.Equal("lobby", bob.Rooms.Active);

        await alice.Chat.SendAsync("after", "lobby");
        Assert.Equal("after", (await said.TakeAsync("after")).Text);
        var page = await bob.Rooms.HistoryAsync("log:1", since: new RoomPosition(bob.Rooms.PositionOf("log:1")!.Value.Epoch, 1));
        Assert.Equal(["meanwhile"], page.Messages.Select(kept => kept.Data.TextOf("msg")));
    }

    [Fact]
    public async Task The_clock_is_the_gateways()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var alice = await OpenAsync(gateway.Url, "alice", ping: TimeSpan.FromMilliseconds(20));
        await Patience.UntilAsync(() => alice.Clock.Estimate is not null, () => "a pong");

        // Both are of this machine: the offset is nothing, give or take the bound.
        var estimate = alice.Clock.Estimate!.Value;
        Assert.InRange(estimate.Offset.Duration(), TimeSpan.Zero, estimate.Bound + TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Why_a_connect_was_refused_is_known()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var mallory = new WsPrismClient(new ClientOptions(gateway.Url, "demo", "mallory"));

        var exception = await Assert.ThrowsAsync<WsPrismException>(() => mallory.ConnectAsync(Patience.Token()));

        Assert.Equal(("AUTH_FAILED", 401, ClientState.Closed), (exception.Code, exception.Reason!.Code, mallory.State));
    }

    private static async Task<WsPrismClient> OpenAsync(string url, string ticket, TimeSpan ping = default)
    {
        var client = new WsPrismClient(new ClientOptions(url, "demo", ticket)
        {
            PingInterval = ping,
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
            RequestTimeout = Patience.Limit,
        });
        await client.ConnectAsync(Patience.Token());
        return client;
    }

    private static Channel<ChatMessage> Listen(WsPrismClient client, string? room)
    {
        var said = Channel.CreateUnbounded<ChatMessage>();
        client.Chat.OnMessage(message => said.Writer.TryWrite(message), room);
        return said;
    }

    private static Channel<SessionRestored> Restorations(WsPrismClient client)
    {
        var restored = Channel.CreateUnbounded<SessionRestored>();
        client.SessionRestored += told => restored.Writer.TryWrite(told);
        return restored;
    }

    private static async Task SayAsync(WsPrismClient client, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            await client.Chat.SendAsync($"{i}", "lobby");
    }

    private static async Task<ChatMessage> TakeOfAsync(Channel<ChatMessage> said, string user)
    {
        while (true)
        {
            if (await said.TakeAsync($"a message of {user}") is var message && message.From == user)
                return message;
        }
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
            list.Add(item);
        return list;
    }
}
