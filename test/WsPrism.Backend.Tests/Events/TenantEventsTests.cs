using WsPrism.Backend.Events;
using WsPrism.Backend.Tests.Support;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Configuration;

namespace WsPrism.Backend.Tests.Events;

public sealed class TenantEventsTests
{
    // Where the clock is put forward no request that is on its way may time out by that.
    private const int Days = 1_000_000_000;

    [Fact]
    public async Task All_that_happens_to_a_session_is_told_in_its_order()
    {
        await using var backend = await TestBackend.AnsweringAsync("");
        using var hooked = Start(backend, All(backend));
        var alice = hooked.Connect("alice").Join("lobby");
        await Patience.UntilAsync(() => backend.Hooks.Count == 2);

        alice.CloseGracefully();
        await Patience.UntilAsync(() => backend.Hooks.Count == 5);

        string[] names(string key) => [.. backend.Hooks.Where(hook => hook.Json.TryGetProperty(key, out _)).Select(hook => hook.Json.GetProperty("event").GetString()!)];
        Assert.Equal(["room_joined", "room_left", "disconnect"], names("user"));
        Assert.Equal(["room_occupied", "room_vacated"], names("room").Where(name => name is not ("room_joined" or "room_left")));
        Assert.Equal(5, backend.Hooks.Select(hook => hook.Json.GetProperty("seq").GetInt64()).Distinct().Count());
    }

    [Fact]
    public async Task An_event_says_who_and_why_and_is_signed()
    {
        await using var backend = await TestBackend.AnsweringAsync("");
        using var hooked = Start(backend, new EventsConfig { Url = backend.Url, Secret = Hooked.Secret });
        var alice = hooked.Connect("alice");
        hooked.Gateway.Tenant.Registry.FindSession(alice.Session.SessionId)!.TrySetState("""{"x":1}"""u8);
        alice.Vanish();
        await Patience.UntilAsync(() => backend.Hooks.Count == 1);

        var hook = backend.Hooks[0];
        var time = hook.Json.GetProperty("time_ms").GetInt64();
        Assert.Equal(
            $$"""{"event":"disconnect","tenant":"acme","user":"alice","session":"{{alice.Session.SessionId}}","handle":{{alice.Handle}},"reason":"connection_lost","code":1011,"state":{"x":1},"seq":1,"time_ms":{{time}}}""",
            hook.Text);
        Assert.Equal(("wsprism.disconnect", alice.Session.SessionId), (hook["ce-type"], hook["ce-subject"]));
        Assert.Equal(
            new WebhookSigner(Hooked.Secret).Sign(hook.Id, long.Parse(hook["Webhook-Timestamp"], System.Globalization.CultureInfo.InvariantCulture), System.Text.Encoding.UTF8.GetBytes(hook.Text)),
            hook["Webhook-Signature"]);
        await Patience.UntilAsync(() => Events(hooked).Counters[EventKind.Disconnect, EventFate.Delivered] == 1);
    }

    [Fact]
    public async Task A_subject_that_no_header_can_carry_is_percent_encoded()
    {
        await using var backend = await TestBackend.AnsweringAsync("");
        using var hooked = Start(backend, All(backend) with { Disconnect = false, RoomJoined = false, RoomLeft = false });

        hooked.Connect("alice").Join("a b%ü");
        await Patience.UntilAsync(() => backend.Hooks.Count == 1);

        Assert.Equal("a%20b%25%C3%BC", backend.Hooks[0]["ce-subject"]);
        Assert.Equal("a b%ü", backend.Hooks[0].Json.GetProperty("room").GetString());
    }

    [Fact]
    public async Task What_is_off_is_not_told_and_a_session_that_was_turned_away_neither()
    {
        await using var backend = await TestBackend.AnsweringAsync("");
        using var hooked = Start(backend, All(backend) with { Disconnect = false, RoomJoined = false, RoomLeft = false, RoomVacated = false });
        var alice = hooked.Connect("alice").Join("lobby");
        var bob = hooked.Connect("bob").Join("lobby");

        alice.Vanish();
        bob.Vanish();
        hooked.Connect("carol").Join("hall");
        await Patience.UntilAsync(() => backend.Hooks.Count == 2);

        Assert.Equal(["lobby", "hall"], backend.Hooks.Select(hook => hook.Json.GetProperty("room").GetString()).OrderDescending());
        Assert.All(backend.Hooks, hook => Assert.Equal("room_occupied", hook.Json.GetProperty("event").GetString()));
    }

    [Fact]
    public async Task What_is_not_taken_is_sent_again_under_its_id_and_later_events_of_the_user_wait()
    {
        var left = 2;
        await using var backend = await TestBackend.StartAsync((_, http) => TestBackend.AnswerAsync(http, "", Interlocked.Decrement(ref left) >= 0 ? 500 : 200));
        using var hooked = Start(backend, All(backend) with { RoomOccupied = false, RoomVacated = false, TimeoutMs = Days }, isManual: true);

        hooked.Connect("alice").Join("lobby").Vanish();
        var events = Events(hooked);
        await Patience.UntilAsync(() =>
        {
            // The pauses between repetitions are on the gateway's clock.
            hooked.Gateway.Advance(1_000, atOnce: true);
            return events.Counters[EventKind.Disconnect, EventFate.Delivered] == 1;
        });

        Assert.Equal(["room_joined", "room_joined", "room_joined", "room_left", "disconnect"], backend.Hooks.Select(hook => hook.Json.GetProperty("event").GetString()));
        Assert.Single(backend.Hooks.Take(3).Select(hook => hook.Id).Distinct());
        Assert.Equal(3, backend.Hooks.Select(hook => hook.Id).Distinct().Count());
    }

    [Fact]
    public async Task What_is_never_taken_is_given_up_and_counted()
    {
        await using var backend = await TestBackend.AnsweringAsync("", 500);
        using var hooked = Start(backend, new EventsConfig { Url = backend.Url, Secret = Hooked.Secret, Retries = 2, TimeoutMs = Days }, isManual: true);

        hooked.Connect("alice").Vanish();
        var events = Events(hooked);
        await Patience.UntilAsync(() =>
        {
            hooked.Gateway.Advance(1_000, atOnce: true);
            return events.Counters[EventKind.Disconnect, EventFate.Failed] == 1;
        });

        Assert.Equal(3, backend.Hooks.Count);
        Assert.Contains(hooked.Gateway.Log.Entries, entry => entry.Message.Contains("does not take them", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_backend_refuses_is_not_sent_again()
    {
        await using var backend = await TestBackend.AnsweringAsync("", 410);
        using var hooked = Start(backend, new EventsConfig { Url = backend.Url, Secret = Hooked.Secret });

        hooked.Connect("alice").Vanish();
        await Patience.UntilAsync(() => Events(hooked).Counters[EventKind.Disconnect, EventFate.Failed] == 1);

        Assert.Single(backend.Hooks);
    }

    [Fact]
    public async Task More_than_may_wait_are_dropped_and_counted_and_nobody_is_delayed()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = await TestBackend.StartAsync((_, _) => gate.Task);
        using var hooked = Start(backend, new EventsConfig { Url = backend.Url, Secret = Hooked.Secret, MaxInFlight = 1, MaxQueue = 2, TimeoutMs = 60_000 });
        for (var i = 0; i < 5; i++)
        {
            hooked.Connect($"user-{i}").Vanish();
        }

        var events = Events(hooked);
        Assert.Equal((1, 2, 2), (events.InFlight, events.Waiting, events.Counters[EventKind.Disconnect, EventFate.Dropped]));
        gate.SetResult();
        await Patience.UntilAsync(() => events.Counters[EventKind.Disconnect, EventFate.Delivered] == 3);
    }

    [Fact]
    public async Task A_drain_waits_until_all_is_told()
    {
        await using var backend = await TestBackend.StartAsync(async (_, http) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            await TestBackend.AnswerAsync(http, "");
        });
        using var hooked = Start(backend, new EventsConfig { Url = backend.Url, Secret = Hooked.Secret, MaxInFlight = 2 });
        for (var i = 0; i < 10; i++)
        {
            hooked.Connect($"user-{i}").Vanish();
        }

        await hooked.Services.DrainAsync(Patience.Long);

        Assert.Equal((0, 10), (Events(hooked).InFlight, Events(hooked).Counters[EventKind.Disconnect, EventFate.Delivered]));
    }

    [Fact]
    public async Task A_drain_does_not_wait_for_a_backend_that_is_stuck()
    {
        await using var backend = await TestBackend.StartAsync((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        using var hooked = Start(backend, new EventsConfig { Url = backend.Url, Secret = Hooked.Secret, TimeoutMs = 60_000 });
        hooked.Connect("alice").Vanish();

        await hooked.Services.DrainAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(Patience.Long);

        await Patience.UntilAsync(() => Events(hooked).Counters[EventKind.Disconnect, EventFate.Failed] == 1);
    }

    private static EventsConfig All(TestBackend backend) =>
        new() { Url = backend.Url, Secret = Hooked.Secret, RoomJoined = true, RoomLeft = true, RoomOccupied = true, RoomVacated = true, TimeoutMs = 20_000 };

    private static Hooked Start(TestBackend backend, EventsConfig events, bool isManual = false) => Hooked.Start(backend, events: events, isManual: isManual);

    private static TenantEvents Events(Hooked hooked) => hooked.Services.Events.Single();
}
