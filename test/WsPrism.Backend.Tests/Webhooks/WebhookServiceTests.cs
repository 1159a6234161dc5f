using System.Text;
using System.Text.Json;
using WsPrism.Backend.Tests.Support;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;

namespace WsPrism.Backend.Tests.Webhooks;

public sealed class WebhookServiceTests
{
    [Fact]
    public async Task A_message_is_posted_with_all_that_a_backend_needs()
    {
        await using var backend = await TestBackend.AnsweringAsync("""{"reply":{"ok":true}}""");
        using var hooked = Hooked.Start(backend);
        var alice = hooked.Connect("alice ü");

        var ack = await hooked.AskAsync(alice, """{"x":[1,"a"]}""", id: "\"q-1\"", room: "lobby");

        Assert.Equal(("sys.ack", "q-1", """{"ok":true}"""), (ack.Name, ack.Id?.Trim('"'), ack.Data.GetRawText()));
        var hook = backend.Hooks.Single();
        Assert.Equal(("POST", "/hook"), (hook[":method"], hook[":path"]));
        Assert.Equal(
            $$"""{"svc":"test","type":"ask","room":"lobby","in_room":false,"data":{"x":[1,"a"]},"id":"q-1","session":"{{alice.Session.SessionId}}","user":"alice ü","tenant":"acme","handle":{{alice.Handle}}}""",
            hook.Text);
        Assert.Equal("application/json", hook["Content-Type"]);
        Assert.Equal("1.0", hook["ce-specversion"]);
        Assert.Equal("wsprism.message", hook["ce-type"]);
        Assert.Equal("/wsprism/tenants/acme", hook["ce-source"]);
        Assert.Equal("test:ask", hook["ce-subject"]);
        Assert.Equal(hooked.Gateway.Time.GetUtcNow(), DateTimeOffset.Parse(hook["ce-time"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(hook.Id, hook["ce-id"]);
        Assert.StartsWith("msg_", hook.Id, StringComparison.Ordinal);
        Assert.Equal(new WebhookSigner(Hooked.Secret).Sign(hook.Id, long.Parse(hook["Webhook-Timestamp"], System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetBytes(hook.Text)), hook["Webhook-Signature"]);
    }

    [Fact]
    public async Task The_active_room_stands_in_where_none_is_named()
    {
        await using var backend = await TestBackend.AnsweringAsync("");
        using var hooked = Hooked.Start(backend);
        var alice = hooked.Connect("alice").Join("lobby");

        await hooked.AskAsync(alice);

        Assert.Equal(("lobby", true), (backend.Hooks[0].Json.GetProperty("room").GetString(), backend.Hooks[0].Json.GetProperty("in_room").GetBoolean()));
    }

    [Theory]
    [InlineData("", 204)]
    [InlineData("", 200)]
    [InlineData("{}", 200)]
    [InlineData("{}", 201)]
    public async Task An_answer_may_be_nothing(string body, int status)
    {
        await using var backend = await TestBackend.AnsweringAsync(body, status);
        using var hooked = Hooked.Start(backend);

        var ack = await hooked.AskAsync(hooked.Connect("alice"));

        Assert.Equal(("sys.ack", "1"), (ack.Name, ack.Id));
    }

    [Fact]
    public async Task The_backend_may_refuse()
    {
        await using var backend = await TestBackend.AnsweringAsync("""{"error":{"code":"NOT_ALLOWED","msg":"Not you."}}""");
        using var hooked = Hooked.Start(backend);

        var error = await hooked.AskAsync(hooked.Connect("alice"));

        Assert.Equal(("NOT_ALLOWED", "Not you."), (error.Code, error.Data.GetProperty("msg").GetString()));
    }

    [Fact]
    public async Task The_backend_may_move_publish_and_keep_a_state()
    {
        await using var backend = await TestBackend.AnsweringAsync("""
            {"join":["b"],"leave":["a","nowhere"],"set_state":{"level":3},"reply":1,
             "publish":[{"to":{"room":"b"},"message":{"type":"moved","data":"in"}},{"to":{"user":"bob"},"message":{"svc":"other","type":"note"}}]}
            """);
        using var hooked = Hooked.Start(backend);
        var (alice, bob) = (hooked.Connect("alice").Join("a"), hooked.Connect("bob").Join("b"));
        alice.ReadAll();
        bob.ReadAll();

        alice.Send("test", "ask", id: "1");
        await hooked.Gateway.UntilAsync(() => alice.Envelopes.Any(envelope => envelope.Name == "test.moved"));
        await hooked.Gateway.UntilAsync(() => bob.Envelopes.Any(envelope => envelope.Name == "other.note"));

        Assert.Equal(["sys.left", "sys.joined", "sys.ack", "test.moved"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal(["test.moved", "other.note"], bob.ReadEnvelopes().Select(envelope => envelope.Name));
        await hooked.AskAsync(alice, id: "2");
        Assert.Equal("""{"level":3}""", backend.Hooks[1].Json.GetProperty("state").GetRawText());
    }

    [Fact]
    public async Task The_backend_may_send_a_client_away_after_its_answer()
    {
        await using var backend = await TestBackend.AnsweringAsync("""{"reply":1,"kick":{"reason":"enough"}}""");
        using var hooked = Hooked.Start(backend);
        var alice = hooked.Connect("alice");

        alice.Send("test", "ask", id: "1");
        await hooked.Gateway.UntilAsync(() => alice.CloseCode is not null);

        Assert.Equal(["sys.ack", "sys.kicked"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal((ushort)4408, alice.CloseCode);
    }

    [Fact]
    public async Task The_backend_may_take_a_client_where_it_could_not_go_itself()
    {
        await using var backend = await TestBackend.AnsweringAsync("""{"join":["staff"]}""");
        using var hooked = Hooked.Start(backend, tenant: tenant => tenant with { Rooms = [new RoomRuleConfig { Match = "staff", Join = RoomJoinRule.Server }] });
        var alice = hooked.Connect("alice");
        Assert.Equal("NOT_ALLOWED", alice.Send("room", "join", room: "staff", id: "7").NextEnvelope().Code);

        Assert.Equal("sys.joined", (await hooked.AskAsync(alice)).Name);
    }

    [Fact]
    public async Task A_room_that_a_limit_keeps_shut_refuses_the_message()
    {
        await using var backend = await TestBackend.AnsweringAsync("""{"join":["b"],"reply":1}""");
        using var hooked = Hooked.Start(backend, tenant: tenant => tenant with { Limits = tenant.Limits with { MaxRoomsPerUser = 1 } });

        Assert.Equal("RESOURCE_EXHAUSTED", (await hooked.AskAsync(hooked.Connect("alice").Join("a"))).Code);
    }

    [Fact]
    public async Task Messages_of_a_session_come_in_order_one_at_a_time_and_sessions_beside_each_other()
    {
        var (busy, worst) = (new System.Collections.Concurrent.ConcurrentDictionary<string, int>(), 0);
        await using var backend = await TestBackend.StartAsync(async (hook, http) =>
        {
            worst = Math.Max(worst, busy.AddOrUpdate(hook.User, 1, (_, n) => n + 1));
            await Task.Delay(TimeSpan.FromMilliseconds(hook.Text.Length % 5), TimeProvider.System);
            busy.AddOrUpdate(hook.User, 0, (_, n) => n - 1);
            await TestBackend.AnswerAsync(http, $$"""{"reply":{{hook.Data}}}""");
        });
        using var hooked = Hooked.Start(backend);
        var clients = Enumerable.Range(0, 5).Select(i => hooked.Connect($"user-{i}")).ToArray();

        for (var i = 0; i < 30; i++)
        {
            foreach (var client in clients)
            {
                client.Send("test", "ask", $"{{\"n\":{i},\"pad\":\"{new string('x', i * 7 % 11)}\"}}", id: $"{i}");
            }
        }

        await hooked.Gateway.UntilAsync(() => clients.All(client => client.Envelopes.Count(envelope => envelope.Name == "sys.ack") == 30));
        Assert.Equal(1, worst);
        Assert.InRange(backend.MostAtOnce, 2, 5);
        foreach (var client in clients)
        {
            var expected = Enumerable.Range(0, 30);
            Assert.Equal(expected, backend.Hooks.Where(hook => hook.User == client.User).Select(hook => hook.Json.GetProperty("data").GetProperty("n").GetInt32()));
            Assert.Equal(expected.Select(i => $"{i}"), client.Envelopes.Where(envelope => envelope.Name == "sys.ack").Select(envelope => envelope.Id));
        }
    }

    [Fact]
    public async Task What_runs_and_what_waits_is_bounded_and_the_rest_is_shed_at_once()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = await TestBackend.StartAsync((_, _) => gate.Task);
        using var hooked = Hooked.Start(backend, service => service with { MaxInFlight = 2, MaxQueue = 3 });
        var clients = Enumerable.Range(0, 6).Select(i => hooked.Connect($"user-{i}")).ToArray();
        foreach (var client in clients)
        {
            client.Send("test", "ask", id: "1");
        }

        Assert.Equal("SERVICE_UNAVAILABLE", clients[5].NextEnvelope().Code);
        await Patience.UntilAsync(() => backend.Hooks.Count == 2);
        Assert.Equal((2, 3, 1), (hooked.Service.InFlight, hooked.Service.Waiting, hooked.Service.Counters[WebhookOutcome.QueueFull]));

        gate.SetResult();
        await hooked.Gateway.UntilAsync(() => clients.Take(5).All(client => client.Envelopes.Any(envelope => envelope.Name == "sys.ack")));
        Assert.Equal(2, backend.MostAtOnce);
        await Patience.UntilAsync(() => hooked.Service.InFlight == 0);
        Assert.Equal(0, hooked.Service.Waiting);
    }

    [Fact]
    public async Task A_stuck_backend_delays_nobody_who_does_not_use_it()
    {
        await using var backend = await TestBackend.StartAsync((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        using var hooked = Hooked.Start(backend, service => service with { TimeoutMs = 60_000, MaxInFlight = 1, MaxQueue = 100 });
        var (alice, bob) = (hooked.Connect("alice"), hooked.Gateway.ConnectTo("lobby", "bob"));
        for (var i = 0; i < 50; i++)
        {
            alice.Send("test", "ask", id: $"{i}");
        }

        // Everything happens within the call: no waiting for anything.
        Assert.Equal("chat.msg", bob.Send("chat", "send", """{"msg":"x"}""").NextEnvelope().Name);
        Assert.Equal("sys.pong", alice.Send("sys", "ping").NextEnvelope().Name);
    }

    [Fact]
    public async Task A_session_that_has_ended_gets_nothing_and_the_service_goes_on()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = await TestBackend.StartAsync(async (_, http) =>
        {
            await gate.Task;
            await TestBackend.AnswerAsync(http, """{"publish":[{"to":{"all":true},"message":{"type":"late"}}]}""");
        });
        using var hooked = Hooked.Start(backend);
        var (alice, bob) = (hooked.Connect("alice"), hooked.Connect("bob"));
        alice.Send("test", "ask", id: "1").Vanish();

        gate.SetResult();

        Assert.Equal("sys.ack", (await hooked.AskAsync(bob)).Name);
        Assert.DoesNotContain(alice.Envelopes, envelope => envelope.Name == "test.late");
        await hooked.Gateway.UntilAsync(() => hooked.Gateway.Count(counters => counters.Deferred) == 0);
    }

    [Fact]
    public async Task A_message_of_the_longest_size_with_the_longest_state_goes_through()
    {
        await using var backend = await TestBackend.StartAsync((hook, http) => TestBackend.AnswerAsync(http, $$"""{"set_state":"{{new string('s', Session.MaxStateBytes - 2)}}"}"""));
        using var hooked = Hooked.Start(backend);
        var alice = hooked.Connect("alice");
        var data = JsonSerializer.Serialize(new string('d', 4_000));

        await hooked.AskAsync(alice, data, id: "1");
        await hooked.AskAsync(alice, data, id: "2");

        Assert.Equal((data, Session.MaxStateBytes), (backend.Hooks[1].Data, backend.Hooks[1].Json.GetProperty("state").GetRawText().Length));
    }
}
