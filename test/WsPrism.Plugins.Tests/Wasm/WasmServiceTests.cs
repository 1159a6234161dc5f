using WsPrism.Core.Answers;
using WsPrism.Plugins.Wasm;

namespace WsPrism.Plugins.Tests.Wasm;

public sealed class WasmServiceTests
{
    [Theory]
    [InlineData(120, true)]
    [InlineData(300, false)]
    public void A_call_that_is_slow_though_its_fuel_lasts_has_a_shards_thread_once(int microseconds, bool staysOnTheShard)
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();
        wasm.Gateway.Time.PerReading = TimeSpan.FromMicroseconds(microseconds);

        Assert.Equal("sys.ack", wasm.Ask(alice, "accept").Name);

        wasm.Gateway.Time.PerReading = TimeSpan.Zero;
        Assert.Equal(staysOnTheShard, ((WasmPlugin)wasm.Plugin).Inline.IsDue());
    }

    [Fact]
    public void A_module_that_says_nothing_accepts()
    {
        using var wasm = WasmGateway.Hostile();

        Assert.Equal("sys.ack", wasm.Ask(wasm.Connect(), "accept").Name);
        Assert.Equal((1, 0), (wasm.Plugin.Counters.Calls, wasm.Plugin.Counters.Failures(PluginFailure.Error)));
    }

    [Fact]
    public void It_gets_what_a_webhook_gets()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();

        var input = wasm.Ask(alice, "input", "{\"a\":[1,\"\\u00e9\"]}").Data;

        Assert.Equal("m", input.GetProperty("svc").GetString());
        Assert.Equal("input", input.GetProperty("type").GetString());
        Assert.Equal("{\"a\":[1,\"\\u00e9\"]}", input.GetProperty("data").GetRawText());
        Assert.Equal(("lobby", true), (input.GetProperty("room").GetString(), input.GetProperty("in_room").GetBoolean()));
        Assert.Equal((alice.Session.SessionId, "alice", "acme"), (input.GetProperty("session").GetString(), input.GetProperty("user").GetString(), input.GetProperty("tenant").GetString()));
        Assert.Equal(alice.Handle, input.GetProperty("handle").GetUInt32());
        Assert.Equal(36, input.GetProperty("id").GetString()!.Length);
        Assert.False(input.TryGetProperty("state", out _));
        Assert.False(wasm.Ask(alice, "input", room: "hall").Data.GetProperty("in_room").GetBoolean());
    }

    [Fact]
    public void It_does_what_a_webhook_can_do()
    {
        using var wasm = WasmGateway.Hostile();
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        var said = wasm.Ask(alice, "say", """{"answer":{"reply":{"a":1},"publish":[{"to":{"user":"bob"},"message":{"type":"note","data":7}}],"set_state":[2]}}""");
        Assert.Equal("{\"a\":1}", said.Data.GetRawText());
        Assert.Equal("m.note", wasm.Next(bob).Name);
        Assert.Equal("[2]", wasm.Ask(alice, "input").Data.GetProperty("state").GetRawText());
        Assert.Equal("NOT_ALLOWED", wasm.Ask(alice, "say", """{"answer":{"error":{"code":"NOT_ALLOWED","msg":"No."}}}""").Code);

        alice.Send("m", "say", """{"answer":{"join":["hall"],"leave":["lobby"],"kick":true}}""");
        Assert.Equal(["sys.left", "sys.joined", "sys.kicked"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal((ushort)4408, alice.CloseCode!.Value);
    }

    [Fact]
    public void It_reads_the_gateways_clock()
    {
        using var wasm = WasmGateway.Hostile();

        Assert.Equal(wasm.Gateway.Time.GetUtcNow().ToUnixTimeSeconds(), wasm.Ask(wasm.Connect(), "now").Data.GetInt64());
    }

    [Fact]
    public void It_publishes_what_its_call_ended_well_with()
    {
        using var wasm = WasmGateway.Hostile();
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));
        const string Item = """{"answer":{"to":{"user":"bob"},"message":{"type":"note","data":7}},"n":3}""";

        Assert.Equal(3, wasm.Ask(alice, "publish", Item).Data.GetInt32());
        Assert.Equal(["m.note", "m.note", "m.note"], bob.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal("INTERNAL", wasm.Ask(alice, "publishtrap", Item).Code);
        Assert.Empty(bob.ReadAll());
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    public void Of_one_call_64_are_published_and_no_more(int tried, int published)
    {
        using var wasm = WasmGateway.Hostile();
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        var answer = wasm.Ask(alice, "publish", $$$"""{"answer":{"to":{"user":"bob"},"message":{"type":"note"}},"n":{{{tried}}}}""");

        Assert.Equal(published, answer.Data.GetInt32());
        Assert.Equal(published, bob.ReadEnvelopes().Count);
    }

    [Fact]
    public void What_is_no_publish_is_not_taken()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();

        Assert.Equal(0, wasm.Ask(alice, "publish", """{"answer":{"to":{"nobody":1}},"n":2}""").Data.GetInt32());
        Assert.Equal(0, wasm.Ask(alice, "publishwild").Data.GetInt32());
    }

    [Fact]
    public void A_call_that_needs_more_leaves_the_shard_and_is_made_anew()
    {
        using var wasm = WasmGateway.Hostile();
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        alice.Send("m", "say", """{"burn":400000,"answer":{"reply":1,"publish":[{"to":{"user":"bob"},"message":{"type":"note"}}]}}""");

        Assert.Equal(1, wasm.Gateway.Count(counters => counters.Deferred));
        Assert.Equal("sys.ack", wasm.Next(alice).Name);
        Assert.Single(bob.ReadEnvelopes());
        Assert.Equal((1, 0), (wasm.Plugin.Counters.Calls, wasm.Plugin.Counters.Failures(PluginFailure.Limit)));
    }

    [Fact]
    public void A_long_answer_is_read_elsewhere_too()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();

        alice.Send("m", "padded", "{\"n\":20000}", id: "1");

        Assert.Equal("sys.ack", wasm.Next(alice).Name);
    }

    [Fact]
    public void Messages_of_a_session_are_handled_in_their_order_each_with_the_state_before()
    {
        using var wasm = WasmGateway.Hostile();
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));
        for (var i = 0; i < 30; i++)
        {
            // Some stay on the shard, some leave it.
            alice.Send("m", "count", i % 3 == 0 ? "{\"burn\":400000}" : null, id: $"{i}");
        }

        Assert.Equal("sys.ack", wasm.Ask(bob, "accept").Name);
        var answers = new List<WsPrism.Testing.ReceivedEnvelope>();
        wasm.Until(() =>
        {
            answers.AddRange(alice.ReadEnvelopes());
            return answers.Count == 30;
        });
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i} {i}"), answers.Select(answer => $"{answer.Id} {answer.Data.GetRawText()}"));
    }

    [Fact]
    public void Many_sessions_on_several_shards_share_the_instances()
    {
        using var wasm = new WasmGateway([Modules.Service("m", Modules.Hostile)], shards: 4);
        var clients = Enumerable.Range(0, 20).Select(i => wasm.Connect($"user-{i}")).ToArray();
        for (var i = 0; i < 400; i++)
        {
            clients[i % 20].Send("m", "count", i % 7 == 0 ? "{\"burn\":400000}" : null, id: $"{i}");
        }

        wasm.Until(() => clients.Sum(client => client.Envelopes.Count(envelope => envelope.Name == "sys.ack" && envelope.Id is not null)) == 400);
        foreach (var client in clients)
        {
            Assert.Equal(Enumerable.Range(0, 20), client.Envelopes.Where(envelope => envelope.Name == "sys.ack" && envelope.Id is not null).Select(envelope => envelope.Data.GetInt32()));
        }
    }

    [Fact]
    public void What_it_logs_is_written_with_its_name_and_bounded()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();

        wasm.Ask(alice, "log", "{\"n\":1}");
        Assert.Contains("Module acme/m: hello there", wasm.Warnings);

        wasm.Gateway.Advance(1_000);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("sys.ack", wasm.Ask(alice, "log", "{\"n\":1000}").Name);
        }

        Assert.Equal(WasmLog.MaxLinesPerSecond, Said() - 1);
        wasm.Gateway.Advance(1_000);
        Assert.Equal("sys.ack", wasm.Ask(alice, "logwild").Name);

        // Of three lines one is not in the memory and one has no text; that and a level of 9 are the author's affair.
        Assert.Equal("Module acme/m: ", Assert.Single(wasm.Gateway.Log.TakeErrors()).Message);
        Assert.Contains(wasm.Warnings, line => line.EndsWith("lines within a second were dropped", StringComparison.Ordinal));

        int Said() => wasm.Gateway.Log.Entries.Count(entry => entry.Message == "Module acme/m: hello there");
    }

    [Theory]
    [InlineData(ServiceAnswer.MaxBytes, "sys.ack")]
    [InlineData(ServiceAnswer.MaxBytes + 1, "sys.error")]
    public void The_longest_answer(int bytes, string answer)
    {
        using var wasm = WasmGateway.Hostile();

        Assert.Equal(answer, wasm.Ask(wasm.Connect(), "padded", $"{{\"n\":{bytes}}}").Name);
    }

    [Fact]
    public void A_change_of_the_file_is_a_change_of_the_service()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();
        alice.Send("m", "count", "{\"burn\":400000}", id: "1");

        wasm.Gateway.ReloadTenant(tenant => tenant with { Services = tenant.Services with { Ext = [Modules.Service("m", Modules.Sample("guess"))] } });
        wasm.Plugins.Settle(wasm.Gateway.Config, wasm.Gateway.Node);

        // What was under way ends as it would have.
        Assert.Equal("0", wasm.Next(alice).Data.GetRawText());
        Assert.Equal("BAD_REQUEST", wasm.Ask(alice, "count").Code);
    }

    [Fact]
    public void A_start_function_may_call_the_host_but_publishes_nothing()
    {
        using var wasm = new WasmGateway([Modules.Service("m", Modules.Test("start-host"))]);

        Assert.Equal("1", wasm.Ask(wasm.Connect(), "any").Data.GetRawText());
    }

    [Fact]
    public void What_waits_longer_than_timeout_ms_is_turned_away()
    {
        using var wasm = WasmGateway.Hostile(service => service with { TimeoutMs = 100, MaxInFlight = 1, Fuel = 2_000_000_000 });
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));
        alice.Send("m", "accept", "{\"burn\":30000000}");
        bob.Send("m", "accept", "{\"burn\":400000}", id: "1");
        Assert.Equal(2, wasm.Gateway.Count(counters => counters.Deferred));

        wasm.Gateway.Time.Advance(101);

        Assert.Equal("SERVICE_UNAVAILABLE", wasm.Next(bob).Code);
    }

    [Fact]
    public void One_more_than_may_wait_is_turned_away()
    {
        using var wasm = WasmGateway.Hostile(service => service with { MaxInFlight = 1, MaxQueue = 1, Fuel = 2_000_000_000 });
        var clients = Enumerable.Range(0, 3).Select(i => wasm.Connect($"user-{i}")).ToArray();
        foreach (var client in clients)
        {
            client.Send("m", "accept", "{\"burn\":30000000}", id: "1");
        }

        Assert.Equal("SERVICE_UNAVAILABLE", wasm.Next(clients[2]).Code);
        Assert.Equal("sys.ack", wasm.Next(clients[0]).Name);
        Assert.Equal("sys.ack", wasm.Next(clients[1]).Name);
    }
}
