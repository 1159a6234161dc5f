using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Services;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Services;

public sealed class ServiceTests
{
    [Fact]
    public void Ping_returns_the_clients_time_as_it_came()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway);

        var pong = alice.Send("sys", "ping", """{"client_time":1760000000000.25}""", id: "3").NextEnvelope();

        Assert.Equal($$"""{"client_time":1760000000000.25,"server_time_ms":{{gateway.Time.GetUtcNow().ToUnixTimeMilliseconds()}}}""", pong.Data.GetRawText());
        Assert.Equal("sys.pong", pong.Name);
        Assert.Equal(("sys.ack", "3"), (alice.NextEnvelope() is var ack ? ack.Name : "", ack.Id));
        Assert.False(alice.Send("sys", "ping").NextEnvelope().Data.TryGetProperty("client_time", out _));
    }

    [Fact]
    public void Stats_is_the_sessions_own_ledger()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        gateway.ConnectTo("lobby", "bob").Send("chat", "send", """{"msg":"x"}""");
        alice.ReadAll();

        var ext = alice.Send("sys", "stats").NextEnvelope().Data.GetProperty("ext");

        Assert.Equal("""{"accepted":1,"delivered":1,"conflated":0,"expired":0,"overflow":0,"session_closed":0,"queued":0}""", ext.GetRawText());
    }

    [Theory]
    [InlineData("good", null)]
    [InlineData("other", "AUTH_FAILED")]
    [InlineData("bad", "AUTH_FAILED")]
    public void Refresh_takes_a_valid_ticket_of_the_same_user(string ticket, string? error)
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with
        {
            Auth = new AuthConfig { DevTickets = new Dictionary<string, string> { ["good"] = "alice", ["other"] = "bob" } },
        });

        var answer = Ready(gateway).Send("sys", "refresh", $$"""{"ticket":"{{ticket}}"}""", id: "1").NextEnvelope();

        Assert.Equal(error ?? "sys.ack", error is null ? answer.Name : answer.Code);
    }

    [Theory]
    [InlineData("sys", "nonsense", null)]
    [InlineData("sys", "ping", """{"client_time":"now"}""")]
    [InlineData("sys", "refresh", null)]
    [InlineData("sys", "refresh", """{"ticket":7}""")]
    [InlineData("chat", "nonsense", null)]
    [InlineData("chat", "send", null)]
    [InlineData("chat", "send", "{}")]
    [InlineData("chat", "send", "[]")]
    [InlineData("chat", "send", "\"msg\"")]
    [InlineData("chat", "send", """{"msg":7}""")]
    [InlineData("chat", "send", """{"msg":null}""")]
    [InlineData("chat", "direct", """{"msg":"x"}""")]
    [InlineData("chat", "direct", """{"to":"bob"}""")]
    [InlineData("chat", "direct", """{"to":7,"msg":"x"}""")]
    [InlineData("chat", "direct", """{"to":"\ud800","msg":"x"}""")]
    [InlineData("game", "nonsense", "{}")]
    [InlineData("game", "input", null)]
    [InlineData("game", "input", "[1]")]
    [InlineData("game", "input", "7")]
    [InlineData("game", "input", """{"\ud800":1}""")]
    [InlineData("game", "input", """{"\ud800xxx":1}""")]
    public void Wrong_input_is_refused(string svc, string type, string? data)
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice");

        Assert.Equal("BAD_REQUEST", alice.Send(svc, type, data, id: "1").NextEnvelope().Code);
        Assert.Empty(alice.ReadAll());
    }

    [Theory]
    [InlineData("chat", "send", """{"\ud800":1,"msg":"x"}""", "sys.ack")]
    [InlineData("chat", "send", """{"\udfff":{"a":"\ud800"},"msg":"x"}""", "sys.ack")]
    [InlineData("sys", "ping", """{"\ud800\ud800\ud800":1}""", "sys.ack")]
    [InlineData("room", "join", """{"\ud800\ud800\ud800":1}""", "sys.ack")]
    public void Half_a_surrogate_pair_in_a_name_that_is_not_asked_for_is_passed_over(string svc, string type, string data, string expected)
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice");

        Assert.Contains(alice.Send(svc, type, data, "lobby", "1").ReadEnvelopes(), envelope => envelope.Name == expected);
    }

    [Fact]
    public void Chat_goes_to_all_members_in_one_order_with_sender_and_time()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = gateway.ConnectTo("lobby", "alïce \"✓\"");

        alice.Send("chat", "send", """{"msg":"h\u00e9 \ud83d\ude00 日本","from":"mallory"}""");

        var message = bob.NextEnvelope();
        Assert.Equal(["v", "svc", "type", "room", "data"], message.FieldNames);
        Assert.Equal(("chat.msg", "lobby", "alïce \"✓\"", "hé 😀 日本"), (message.Name, message.Room, message.String("from"), message.String("msg")));
        Assert.Equal(gateway.Time.GetUtcNow().ToUnixTimeMilliseconds(), message.Number("ts"));
        Assert.Equal(message.Text, alice.NextEnvelope().Text);
    }

    [Fact]
    public void Chat_is_only_for_rooms_one_is_in()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = gateway.ConnectTo("other", "alice");

        foreach (var type in new[] { "send", "typing", "direct" })
        {
            Assert.Equal("NOT_IN_ROOM", alice.Send("chat", type, """{"to":"bob","msg":"x"}""", "lobby").NextEnvelope().Code);
        }

        Assert.Empty(bob.ReadAll());
        alice.Leave();
        alice.ReadAll();
        Assert.Equal("NOT_IN_ROOM", alice.Send("chat", "send", """{"msg":"x"}""").NextEnvelope().Code);
    }

    [Fact]
    public void Typing_goes_to_the_others()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = gateway.ConnectTo("lobby", "alice");

        alice.Send("chat", "typing", room: "lobby");

        Assert.Equal("""{"from":"alice"}""", bob.NextEnvelope().Data.GetRawText());
        Assert.Empty(alice.ReadAll());
    }

    [Fact]
    public void Direct_reaches_all_sessions_that_the_user_has_in_the_room_and_nobody_else()
    {
        using var gateway = new TestGateway(shards: 3);
        var zoe = Enumerable.Range(0, 3).Select(_ => gateway.ConnectTo("lobby", "zoë")).ToArray();
        var away = gateway.ConnectTo("other", "zoë");
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = gateway.ConnectTo("lobby", "alice");

        alice.Send("chat", "direct", """{"to":"zo\u00eb","msg":"psst"}""", id: "1");

        Assert.All(zoe, client => Assert.Equal(("chat.direct", "psst", "alice"), (client.Received[^1].ToEnvelope() is var last ? last.Name : "", last.String("msg"), last.String("from"))));
        Assert.Equal("sys.ack", Assert.Single(alice.ReadEnvelopes()).Name);
        Assert.Empty(bob.ReadAll());
        Assert.Empty(away.ReadAll());
        Assert.Equal("NOT_IN_ROOM", alice.Send("chat", "direct", """{"to":"nobody","msg":"x"}""").NextEnvelope().Code);
    }

    [Theory]
    [InlineData("""{"x":1,"from":"mallory"}""", """{"from":"alice","x":1}""")]
    [InlineData("""{"fro\u006d":"mallory"}""", """{"from":"alice"}""")]
    [InlineData("""{"\u0066\u0072\u006f\u006d":"mallory","from":{"a":[1]},"y":"é"}""", """{"from":"alice","y":"é"}""")]
    [InlineData("""{"nested":{"from":"ok"}}""", """{"from":"alice","nested":{"from":"ok"}}""")]
    [InlineData("""{ "a" : [ 1, {"b":null} ] , "q\"uote" : true }""", "{\"from\":\"alice\",\"a\":[ 1, {\"b\":null} ],\"q\\\"uote\":true}")]
    [InlineData("{}", """{"from":"alice"}""")]
    public void Input_cannot_forge_its_sender(string data, string expected)
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("arena", "bob");
        var alice = gateway.ConnectTo("arena", "alice");

        alice.Send("game", "input", data);

        var input = bob.NextEnvelope();
        Assert.Equal("game.input", input.Name);
        Assert.Equal(expected, input.Data.GetRawText());
        Assert.Empty(alice.ReadAll());
    }

    [Fact]
    public void Game_relays_to_the_others_with_the_sender()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("arena", "bob");
        var alice = gateway.ConnectTo("arena", "alice");

        alice.SendHot(1, 5, 1, 2, 3);

        var frame = bob.NextHot();
        Assert.Equal((1, 5, HotFlags.Sender, alice.Handle), (frame.SvcId, frame.Opcode, frame.Flags, frame.Sender));
        Assert.Equal([1, 2, 3], frame.Payload);
        Assert.Empty(alice.ReadAll());
    }

    [Fact]
    public void A_client_may_not_set_the_servers_fields()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("arena", "bob");
        var alice = gateway.ConnectTo("arena", "alice");

        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Sender, Sender = bob.Handle });

        Assert.Equal("BAD_REQUEST", alice.NextEnvelope().Code);
        Assert.Empty(bob.ReadAll());
    }

    [Fact]
    public void Echo_returns_the_frame_as_it_came()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Policy = tenant.Policy with { HotRequiresActiveRoom = false } });
        var alice = Ready(gateway);

        alice.SendHot(new HotFrame { SvcId = 250, Opcode = 9, Flags = HotFlags.Seq | HotFlags.Key | HotFlags.Reliable, Seq = 1, Key = 2, Payload = [3] });

        var frame = alice.NextHot();
        Assert.Equal((250, 9, HotFlags.Seq | HotFlags.Key | HotFlags.Reliable, 1u, 2u), (frame.SvcId, frame.Opcode, frame.Flags, frame.Seq, frame.Key));
        Assert.Equal([3], frame.Payload);
    }

    [Fact]
    public void Ack_asks_for_an_empty_frame_with_the_sequence_number()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("arena", "bob");
        var alice = gateway.ConnectTo("arena", "alice").Stall();

        for (var seq = 1u; seq <= 3; seq++)
        {
            alice.SendHot(new HotFrame { SvcId = 1, Opcode = 4, Flags = HotFlags.Seq | HotFlags.Ack, Seq = seq, Payload = [1] });
        }

        var acks = alice.Grant().ReadHot();
        Assert.Equal([1u, 2u, 3u], acks.Select(ack => ack.Seq));
        Assert.All(acks, ack => Assert.Equal((1, 4, HotFlags.Seq | HotFlags.Ack, 0), (ack.SvcId, ack.Opcode, ack.Flags, ack.Payload.Length)));
        Assert.All(bob.ReadHot(), frame => Assert.Equal(HotFlags.Seq | HotFlags.Sender, frame.Flags));
    }

    [Fact]
    public void A_stale_frame_is_dropped_without_an_answer()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("arena", "bob");
        var alice = gateway.ConnectTo("arena", "alice");

        foreach (var seq in new uint[] { 5, 5, 4, 6 })
        {
            alice.SendHot(new HotFrame { SvcId = 1, Opcode = 4, Flags = HotFlags.Seq | HotFlags.Ack, Seq = seq });
        }

        Assert.Equal([5u, 6u], bob.ReadHot().Select(frame => frame.Seq));
        Assert.Equal([5u, 6u], alice.ReadHot().Select(frame => frame.Seq));
    }

    [Fact]
    public void A_fault_of_a_service_is_internal_for_the_sender_alone_and_logged()
    {
        using var gateway = new TestGateway(ext: [new FaultyService()], hot: [new FaultyHotService()], tenant: tenant => tenant with
        {
            Services = new ServicesConfig { Hot = new Dictionary<int, string> { [1] = "faulty" } },
        });
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = gateway.ConnectTo("lobby", "alice");

        var error = alice.Send("test", "fail", id: "1").NextEnvelope();
        Assert.Equal(("INTERNAL", "1"), (error.Code, error.Id));
        Assert.DoesNotContain("secret", error.Text, StringComparison.Ordinal);
        Assert.Equal("INTERNAL", alice.Send("test", "fail", id: "1").NextEnvelope().Code);
        Assert.Single(gateway.Log.TakeErrors());

        Assert.Equal("INTERNAL", alice.SendHot(1, 1).NextEnvelope().Code);
        Assert.Equal("secret", Assert.Single(gateway.Log.TakeErrors()).Exception!.Message);
        Assert.Equal("sys.pong", alice.Send("sys", "ping").NextEnvelope().Name);
        Assert.Empty(bob.ReadAll());
    }

    [Fact]
    public void Work_that_fails_takes_nothing_else_with_it()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway);

        gateway.RunsAtOnce = false;
        alice.Session.Shard.Post(() => throw new InvalidOperationException("work"));
        alice.Send("sys", "ping");
        gateway.RunUntilIdle();

        Assert.Equal("sys.pong", alice.NextEnvelope().Name);
        Assert.Single(gateway.Log.TakeErrors());
    }

    [Fact]
    public void Calls_of_services_are_timed_and_messages_counted()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway).Send("sys", "ping").Send("sys", "ping");

        Assert.Equal(2, gateway.Count(counters => counters.MessagesIn(Lane.Ext)));
        Assert.Equal(2, gateway.Count(counters => counters.Service(Metrics.ServiceNames.IndexOf("ext:sys"))![0]));
        Assert.Equal(5, alice.Session.Ledger.Count(DeliveryClass.Control, Fate.Delivered));
    }

    private static TestClient Ready(TestGateway gateway)
    {
        var client = gateway.Connect("alice");
        client.ReadAll();
        return client;
    }

    private sealed class FaultyService : IExtService
    {
        public string Name => "test";

        public void OnMessage(in ExtMessage message, IExtContext context) => throw new InvalidOperationException("secret");
    }

    private sealed class FaultyHotService : IHotService
    {
        public string Name => "faulty";

        public void OnFrame(in HotFrame frame, IHotContext context) => throw new InvalidOperationException("secret");
    }
}
