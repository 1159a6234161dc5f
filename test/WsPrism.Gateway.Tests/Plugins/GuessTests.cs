using System.Text.Json;
using WsPrism.Gateway.Tests.Support;
using WsPrism.Testing;

namespace WsPrism.Gateway.Tests.Plugins;

/// <summary>One service, guess the number (samples/plugins/guess), of every kind: what an author knows of one kind holds for all.</summary>
public abstract class GuessTests
{
    public sealed class ByNative : GuessTests
    {
        private protected override Task<GuessGateway> StartAsync() => GuessGateway.StartAsync($"kind: native, assembly: \"{BuiltPlugins.Guess}\"");
    }

    public sealed class ByScript : GuessTests
    {
        private protected override Task<GuessGateway> StartAsync() => GuessGateway.StartSampleAsync("script", "guess.lua");
    }

    public sealed class ByWasm : GuessTests
    {
        private protected override Task<GuessGateway> StartAsync() => GuessGateway.StartSampleAsync("wasm", "guess.wasm");
    }

    public sealed class ByWebhook : GuessTests
    {
        private protected override async Task<GuessGateway> StartAsync()
        {
            var backend = await HookBackend.StartAsync(message => (200, GuessBackend.Answer(message)));
            return await GuessGateway.StartAsync($"kind: webhook, url: \"{backend.Url}\", secret: \"{HookBackend.Secret}\", timeout_ms: 60000", backend);
        }
    }

    public sealed class ByRpc : GuessTests
    {
        private protected override async Task<GuessGateway> StartAsync()
        {
            var api = await ApiUnderTest.StartAsync(GuessGateway.Config("kind: rpc, timeout_ms: 60000"));
            return new GuessGateway(api, await GuessBackend.Worker.StartAsync(api));
        }
    }

    [Fact]
    public async Task Hints_lead_to_the_number_and_the_room_is_told_who_found_it()
    {
        await using var guess = await StartAsync();
        using var alice = await InRoomAsync(guess, "t-alice");
        using var bob = await InRoomAsync(guess, "t-bob");

        Assert.Equal("""{"max":10}""", await alice.AskAsync("start", """{"max":10,"number":7}"""));
        Assert.Equal("""{"hint":"higher"}""", await alice.AskAsync("guess", """{"n":1}"""));
        Assert.Equal("""{"hint":"lower"}""", await alice.AskAsync("guess", """{"n":10}"""));
        Assert.Equal("""{"hint":"right"}""", await alice.AskAsync("guess", """{"n":7}"""));

        Assert.Equal(("hall", "user:alice", 3), await bob.WonAsync());
        Assert.Equal(("hall", "user:alice", 3), await alice.WonAsync());
    }

    [Fact]
    public async Task A_win_is_told_to_the_room_that_the_message_names_and_to_nobody_where_there_is_none()
    {
        await using var guess = await StartAsync();
        using var alice = new Player(await guess.Gateway.ConnectAsync("t-alice"));

        await alice.AskAsync("start", """{"number":3}""");
        Assert.Equal("""{"hint":"right"}""", await alice.AskAsync("guess", """{"n":3}"""));
        await alice.IsQuietAsync();

        await alice.Client.JoinAsync("side");
        await alice.Client.JoinAsync("hall");
        await alice.AskAsync("start", """{"number":3}""");
        Assert.Equal("""{"hint":"right"}""", await alice.AskAsync("guess", """{"n":3}""", "side"));
        Assert.Equal(("side", "user:alice", 1), await alice.WonAsync());
    }

    [Fact]
    public async Task Without_a_number_the_service_thinks_of_one_from_1_to_100()
    {
        await using var guess = await StartAsync();
        using var alice = await InRoomAsync(guess, "t-alice");

        Assert.Equal("""{"max":100}""", await alice.AskAsync("start", data: null));
        var (low, high, hint) = (1, 100, string.Empty);
        for (var tries = 0; tries < 7 && hint != "right"; tries++)
        {
            var n = (low + high) / 2;
            hint = JsonSerializer.Deserialize<JsonElement>(await alice.AskAsync("guess", $$"""{"n":{{n}}}""")).GetProperty("hint").GetString()!;
            (low, high) = hint == "higher" ? (n + 1, high) : (low, n - 1);
        }

        Assert.Equal("right", hint);
    }

    [Fact]
    public async Task What_is_wrong_is_BAD_REQUEST_and_the_game_goes_on()
    {
        await using var guess = await StartAsync();
        using var alice = await InRoomAsync(guess, "t-alice");
        Assert.Equal("BAD_REQUEST", await alice.AskAsync("guess", """{"n":3}"""));
        await alice.AskAsync("start", """{"max":10,"number":3}""");

        foreach (var (type, data) in new[]
        {
            ("guess", null), ("guess", "{}"), ("guess", "3"), ("guess", "[3]"), ("guess", """{"n":"3"}"""), ("guess", """{"n":0}"""), ("guess", """{"n":11}"""),
            ("guess", """{"n":2.5}"""), ("guess", """{"n":true}"""), ("guess", """{"n":9999999999999}"""), ("start", """{"max":0}"""), ("start", """{"max":1000001}"""),
            ("start", """{"max":"10"}"""), ("start", """{"max":10,"number":11}"""), ("start", """{"number":0}"""), ("start", "[]"), ("cheat", "{}"),
        })
        {
            Assert.Equal($"{type} {data}: BAD_REQUEST", $"{type} {data}: {await alice.AskAsync(type, data)}");
        }

        Assert.Equal("""{"hint":"right"}""", await alice.AskAsync("guess", """{"n":3}"""));
        Assert.Equal(("hall", "user:alice", 1), await alice.WonAsync());
        Assert.Equal("BAD_REQUEST", await alice.AskAsync("guess", """{"n":3}"""));
    }

    [Fact]
    public async Task The_bounds_themselves_are_good()
    {
        await using var guess = await StartAsync();
        using var alice = await InRoomAsync(guess, "t-alice");

        Assert.Equal("""{"max":1000000}""", await alice.AskAsync("start", """{"max":1000000,"number":1000000}"""));
        Assert.Equal("""{"hint":"higher"}""", await alice.AskAsync("guess", """{"n":1}"""));
        Assert.Equal("""{"max":1}""", await alice.AskAsync("start", """{"max":1,"number":1}"""));
        Assert.Equal("""{"hint":"right"}""", await alice.AskAsync("guess", """{"n":1}"""));
    }

    [Fact]
    public async Task A_game_is_the_sessions_own_and_a_new_one_takes_its_place()
    {
        await using var guess = await StartAsync();
        using var alice = await InRoomAsync(guess, "t-alice");
        using var again = await InRoomAsync(guess, "t-alice");

        await alice.AskAsync("start", """{"max":10,"number":2}""");
        Assert.Equal("BAD_REQUEST", await again.AskAsync("guess", """{"n":2}"""));
        await again.AskAsync("start", """{"max":10,"number":9}""");
        Assert.Equal("""{"hint":"lower"}""", await alice.AskAsync("guess", """{"n":5}"""));
        Assert.Equal("""{"hint":"higher"}""", await again.AskAsync("guess", """{"n":5}"""));
        await alice.AskAsync("start", """{"max":10,"number":8}""");
        Assert.Equal("""{"hint":"higher"}""", await alice.AskAsync("guess", """{"n":5}"""));
    }

    private protected abstract Task<GuessGateway> StartAsync();

    private static async Task<Player> InRoomAsync(GuessGateway guess, string ticket)
    {
        var client = await guess.Gateway.ConnectAsync(ticket);
        await client.JoinAsync("hall");
        return new Player(client);
    }

    // What is published may come before or behind the answer: that is each kind's own affair.
    private sealed class Player(GatewayClient client) : IDisposable
    {
        private readonly Queue<JsonElement> _events = [];

        public GatewayClient Client => client;

        /// <summary>Sends a message; returns the answer's data, or the code of the refusal.</summary>
        public async Task<string> AskAsync(string type, string? data, string? room = null)
        {
            var id = Guid.NewGuid().ToString("N");
            await client.SendTextAsync($$"""{"svc":"guess","type":"{{type}}"{{(room is null ? "" : $",\"room\":\"{room}\"")}}{{(data is null ? "" : $",\"data\":{data}")}},"id":"{{id}}"}""");
            while (true)
            {
                var envelope = await client.ReadEnvelopeAsync();
                if (envelope.GetProperty("svc").GetString() == "guess")
                {
                    _events.Enqueue(envelope);
                    continue;
                }

                Assert.Equal(id, envelope.GetProperty("id").GetString());
                return envelope.GetProperty("type").GetString() == "ack"
                    ? JsonSerializer.Serialize(envelope.GetProperty("data")) : envelope.GetProperty("data").GetProperty("code").GetString()!;
            }
        }

        /// <summary>The next event, which must be this: its room, user and number of tries.</summary>
        public async Task<(string? Room, string? User, int Tries)> WonAsync()
        {
            var won = _events.TryDequeue(out var kept) ? kept : await client.ExpectAsync("guess", "won");
            Assert.Equal("won", won.GetProperty("type").GetString());
            var data = won.GetProperty("data");
            return (won.GetProperty("room").GetString(), data.GetProperty("user").GetString(), data.GetProperty("tries").GetInt32());
        }

        public async Task IsQuietAsync()
        {
            Assert.Empty(_events);
            await client.IsQuietAsync();
        }

        public void Dispose() => client.Dispose();
    }
}
