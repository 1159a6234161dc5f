using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Core.Tests.Rooms;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.ServerApi;

public sealed class ServerPublisherTests
{
    private static readonly PublishTarget Lobby = new(PublishTargetKind.Room, "lobby");

    [Fact]
    public async Task A_room_gets_one_encoding_in_the_order_of_the_protocol_on_every_shard()
    {
        using var gateway = new TestGateway(shards: 2);
        var members = Enumerable.Range(0, 6).Select(i => gateway.ConnectTo("lobby", $"u{i}")).ToArray();
        var other = gateway.ConnectTo("arena", "zoe");

        Assert.Equal(6, await PublishAsync(gateway, Lobby, Message("lobby", "news", """{ "a": [1, 2] }""")));

        Assert.Equal(2, members.Select(member => member.Session.Shard).Distinct().Count());
        Assert.All(members, member => Assert.Equal("""{"v":1,"svc":"lobby","type":"news","room":"lobby","data":{ "a": [1, 2] }}""", member.NextEnvelope().Text));
        Assert.Empty(other.ReadAll());
        Frames.AssertBalanced(gateway.Ledger());
        Assert.Equal(6, gateway.Ledger().Accepted(DeliveryClass.Ext));
    }

    [Fact]
    public async Task A_user_a_session_and_everybody_get_it_without_a_room()
    {
        using var gateway = new TestGateway(shards: 2);
        var (one, two, bob) = (gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("lobby", "bob"));

        Assert.Equal(2, await PublishAsync(gateway, new PublishTarget(PublishTargetKind.User, "alice"), Message("a", "b")));
        Assert.Equal(1, await PublishAsync(gateway, new PublishTarget(PublishTargetKind.Session, two.Session.SessionId), Message("a", "c")));
        Assert.Equal(3, await PublishAsync(gateway, PublishTarget.Everybody, Message("a", "d")));

        Assert.Equal(["a.b", "a.d"], one.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal(["""{"v":1,"svc":"a","type":"b"}""", """{"v":1,"svc":"a","type":"c"}""", """{"v":1,"svc":"a","type":"d"}"""], two.ReadEnvelopes().Select(envelope => envelope.Text));
        Assert.Equal(["a.d"], bob.ReadEnvelopes().Select(envelope => envelope.Name));
    }

    [Fact]
    public async Task Publishing_to_nobody_reaches_nobody_and_keeps_no_frame()
    {
        using var gateway = new TestGateway();

        foreach (var kind in Enum.GetValues<PublishTargetKind>())
        {
            Assert.Equal(0, await PublishAsync(gateway, new PublishTarget(kind, "nobody"), Message("a", "b")));
            Assert.Equal(0, await PublishHotAsync(gateway, new PublishTarget(kind, "nobody"), new HotFrame { SvcId = 1 }));
        }
    }

    [Fact]
    public async Task Who_is_excluded_gets_nothing_and_is_not_counted()
    {
        using var gateway = new TestGateway(shards: 2);
        var (alice, bob, zoe) = (gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("lobby", "bob"), gateway.ConnectTo("lobby", "zoe"));
        var exclude = new HashSet<string> { alice.Session.SessionId, zoe.Session.SessionId, "no such session" };

        Assert.Equal(1, await PublishAsync(gateway, Lobby, Message("a", "b", exclude: exclude)));
        Assert.Equal(1, await PublishAsync(gateway, PublishTarget.Everybody, Message("a", "c", exclude: exclude)));

        Assert.Empty(alice.ReadAll());
        Assert.Empty(zoe.ReadAll());
        Assert.Equal(["a.b", "a.c"], bob.ReadEnvelopes().Select(envelope => envelope.Name));
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public async Task A_slow_consumer_delays_nobody_and_its_queue_is_bounded()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = 2 } } });
        var (alice, slow) = (gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("lobby", "slow").Stall());

        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(gateway, Lobby, Message("a", "b"));
        }

        Assert.Equal(1, await PublishAsync(gateway, Lobby, Message("a", "b")));
        Assert.Equal(4, alice.ReadEnvelopes().Count);
        slow.Grant();
        Assert.Equal((ushort)4410, slow.CloseCode);
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public async Task A_frame_has_ROOM_for_those_whose_active_room_is_another()
    {
        using var gateway = new TestGateway(shards: 2);
        var (alice, bob) = (gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("arena", "bob").Join("lobby", active: false));
        bob.ReadAll();

        Assert.Equal(2, await PublishHotAsync(gateway, Lobby, new HotFrame { SvcId = 9, Opcode = 8, Flags = HotFlags.Key, Key = 7, Payload = new byte[] { 1 } }));

        Assert.Equal("090804" + "07000000" + "01", Convert.ToHexString(alice.Next().Bytes));
        var frame = bob.NextHot();
        Assert.Equal((HotFlags.Key | HotFlags.Room, alice.Session.ActiveRoom!.Handle), (frame.Flags, frame.Room));
    }

    [Theory]
    [InlineData(HotFlags.Key, 2)]
    [InlineData(HotFlags.Sender, 2)]
    [InlineData(HotFlags.None, 1)]
    [InlineData(HotFlags.Reliable, 4)]
    public async Task Lossy_frames_conflate_by_key_or_sender_and_reliable_ones_do_not(HotFlags flags, int expected)
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice").Stall();

        for (var i = 0; i < 4; i++)
        {
            var thing = (uint)(i % 2) + 1;
            await PublishHotAsync(gateway, Lobby, new HotFrame { SvcId = 1, Flags = flags, Key = thing, Sender = thing, Payload = new[] { (byte)i } });
        }

        alice.Grant();
        Assert.Equal(expected, alice.ReadHot().Count);
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public async Task A_room_with_ticks_holds_lossy_frames_for_its_tick()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 10 }, shards: 2);
        var (alice, bob) = (gateway.ConnectTo("r1", "alice"), gateway.ConnectTo("r1", "bob"));
        var room = new PublishTarget(PublishTargetKind.Room, "r1");

        foreach (var value in new byte[] { 1, 2 })
        {
            Assert.Equal(2, await PublishHotAsync(gateway, room, new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 5, Payload = new[] { value } }));
        }

        gateway.Advance(200);
        Assert.Equal("[5=2]", alice.GotFrames());
        Assert.Equal("[5=2]", bob.GotFrames());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Theory]
    [InlineData("010100", true)]
    [InlineData("01010D" + "01000000" + "02000000" + "03000000", true)]
    [InlineData("010120", true)]
    [InlineData("0101", false)]
    [InlineData("010102", false)]
    [InlineData("010110" + "01000000", false)]
    [InlineData("010140" + "0000", false)]
    [InlineData("010180", false)]
    [InlineData("010104" + "0000", false)]
    public void A_backends_frame_has_the_flags_that_are_its_to_set(string hex, bool good) =>
        Assert.Equal(good, ServerPublisher.TryReadFrame(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData("lobby", "")]
    [InlineData("\"quoted\\\"é/", "[1]")]
    public async Task The_length_is_told_before_it_is_encoded(string room, string data)
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice");
        alice.Session.Shard.Post(() => alice.Session.Join(System.Text.Encoding.UTF8.GetBytes(room), activate: true));
        gateway.RunUntilIdle();
        alice.ReadAll();

        foreach (var target in new[] { new PublishTarget(PublishTargetKind.Room, room), PublishTarget.Everybody })
        {
            var message = Message("svc", "type", data);
            Assert.Equal(1, await PublishAsync(gateway, target, message));
            Assert.Equal(alice.Next().Bytes.Length, ServerPublisher.LengthOf(target, message));
        }
    }

    [Fact]
    public async Task Publishing_in_a_row_keeps_its_order_over_targets_with_any_interleaving()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            using var gateway = new TestGateway(shards: 2, seed: seed);
            var clients = Enumerable.Range(0, 4).Select(i => gateway.ConnectTo("lobby", "alice")).ToArray();
            var publisher = new ServerPublisher(gateway.Node.Shards);

            var counts = Enumerable.Range(0, 9)
                .Select(i => publisher.PublishAsync(gateway.Tenant, (i % 3) switch { 0 => Lobby, 1 => new(PublishTargetKind.User, "alice"), _ => PublishTarget.Everybody }, Message("a", $"t{i}")))
                .ToArray();
            gateway.RunUntilIdle();

            Assert.All(await Task.WhenAll(counts), published => Assert.Equal(new Published(4), published));
            Assert.All(clients, client => Assert.Equal(Enumerable.Range(0, 9).Select(i => $"t{i}"), client.ReadEnvelopes().Select(envelope => envelope.Type)));
        }
    }

    private static ServerMessage Message(string svc, string type, string data = "", IReadOnlySet<string>? exclude = null) => new()
    {
        Svc = System.Text.Encoding.UTF8.GetBytes(svc),
        Type = System.Text.Encoding.UTF8.GetBytes(type),
        Data = System.Text.Encoding.UTF8.GetBytes(data),
        Exclude = exclude,
    };

    private static async Task<int> PublishAsync(TestGateway gateway, PublishTarget target, ServerMessage message)
    {
        var published = new ServerPublisher(gateway.Node.Shards).PublishAsync(gateway.Tenant, target, message);
        gateway.RunUntilIdle();
        return (await published).Receivers;
    }

    private static Task<int> PublishHotAsync(TestGateway gateway, PublishTarget target, in HotFrame frame)
    {
        var count = new ServerPublisher(gateway.Node.Shards).PublishAsync(gateway.Tenant, target, frame);
        gateway.RunUntilIdle();
        Assert.True(count.IsCompleted);
        return count;
    }
}
