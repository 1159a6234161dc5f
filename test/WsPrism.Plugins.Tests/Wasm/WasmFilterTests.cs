using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;

namespace WsPrism.Plugins.Tests.Wasm;

/// <summary>Messages go through the hostile module as a filter to the same one as a service, which shows what has come.</summary>
public sealed class WasmFilterTests
{
    [Fact]
    public void What_it_says_nothing_to_passes_as_it_was()
    {
        using var wasm = WasmGateway.HostileFilter();

        var input = wasm.Ask(wasm.Connect(), "input", "{\"a\": 1}", "hall").Data;

        Assert.Equal("{\"a\": 1} hall", $"{input.GetProperty("data").GetRawText()} {input.GetProperty("room").GetString()}");
        Assert.Equal(2, wasm.Find("f").Counters.Calls);
    }

    [Fact]
    public void It_is_no_service()
    {
        using var wasm = WasmGateway.HostileFilter();

        Assert.Equal("UNKNOWN_SERVICE", wasm.Ask(wasm.Connect(), "accept", svc: "f").Code);
    }

    [Theory]
    [InlineData("""{"replace":{"data":{"b":2}}}""", "input lobby {\"b\":2}")]
    [InlineData("""{"replace":{"data":null}}""", "input lobby null")]
    [InlineData("""{"replace":{"room":"hall"}}""", "input hall ")]
    [InlineData("""{"replace":{"type":"input"}}""", "input lobby ")]
    [InlineData("""{"replace":{}}""", "input lobby ")]
    [InlineData("{}", "input lobby ")]
    public void It_changes_what_it_names(string answer, string seen)
    {
        using var wasm = WasmGateway.HostileFilter();

        var input = wasm.Ask(wasm.Connect(), "input", Say(answer)).Data;

        var data = input.GetProperty("data").GetRawText();
        Assert.Equal(seen, $"{input.GetProperty("type").GetString()} {input.GetProperty("room").GetString()} {(data.StartsWith("{\"filter", StringComparison.Ordinal) ? "" : data)}");
    }

    [Fact]
    public void It_refuses_and_that_is_counted_as_the_filters()
    {
        using var wasm = WasmGateway.HostileFilter();

        Assert.Equal("BAD_REQUEST", wasm.Ask(wasm.Connect(), "input", Say("""{"error":{"code":"BAD_REQUEST","msg":"No."}}""")).Code);

        Assert.Equal(1, wasm.Gateway.Count(counters => counters.Decided(Lane.Ext, shadow: false, PolicyDecision.Reject, PolicyReason.Filter)));
        Assert.Equal(0, wasm.Find("m").Counters.Calls);
        Assert.Empty(wasm.Warnings);
    }

    [Fact]
    public void It_answers_in_place_of_the_service()
    {
        using var wasm = WasmGateway.HostileFilter();

        Assert.Equal("7", wasm.Ask(wasm.Connect(), "input", Say("""{"reply":7}""")).Data.GetRawText());
        Assert.Equal(0, wasm.Find("m").Counters.Calls);
    }

    [Fact]
    public void Beside_that_it_publishes_keeps_state_and_kicks()
    {
        using var wasm = WasmGateway.HostileFilter();
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        var input = wasm.Ask(alice, "input", Say("""{"publish":[{"to":{"user":"bob"},"message":{"type":"note"}}],"set_state":1,"replace":{"data":2}}""")).Data;
        Assert.Equal("2 1", $"{input.GetProperty("data").GetRawText()} {input.GetProperty("state").GetRawText()}");

        // Its own name, where it gives no other.
        Assert.Equal("f.note", wasm.Next(bob).Name);
        alice.Send("m", "accept", Say("""{"kick":{"reason":"spam"}}"""), id: "1");
        Assert.Equal(["sys.ack", "sys.kicked"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
    }

    [Theory]
    [InlineData("""{"replace":{"svc":"chat"}}""", "replace has an unknown field")]
    [InlineData("""{"replace":{"type":"Input"}}""", "replace.type must be")]
    [InlineData("""{"replace":{"room":""}}""", "replace.room must be")]
    [InlineData("""{"replace":{"data":1},"reply":1}""", "must not have replace beside error or reply")]
    [InlineData("""{"replace":{"data":1},"error":{"code":"BAD_REQUEST"}}""", "must not have replace beside error or reply")]
    [InlineData("""{"reply":1,"error":{"code":"BAD_REQUEST"}}""", "must not have both reply and error")]
    [InlineData("""{"join":["hall"]}""", "has an unknown field")]
    [InlineData("""{"replace":7}""", "replace must be an object")]
    public void A_wrong_answer_stops_the_message(string answer, string problem)
    {
        using var wasm = WasmGateway.HostileFilter();

        Assert.Equal("INTERNAL", wasm.Ask(wasm.Connect(), "input", Say(answer)).Code);

        Assert.Contains(problem, Assert.Single(wasm.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, wasm.Find("m").Counters.Calls);
        Assert.Equal(1, wasm.Find("f").Counters.Failures(PluginFailure.BadAnswer));
    }

    [Theory]
    [InlineData(4_096, null)]
    [InlineData(4_097, "INTERNAL")]
    public void Its_data_may_be_as_long_as_a_message(int bytes, string? code)
    {
        // The message with it may be longer than a client's.
        using var wasm = WasmGateway.HostileFilter();
        var alice = wasm.Connect();
        var text = new string('x', bytes - 2);

        alice.Send("m", "accept", Say("{\"replace\":{\"data\":\"" + text + "\"}}"), id: "1");

        var answer = wasm.Next(alice);
        Assert.Equal(code, answer.Name == "sys.error" ? answer.Code : null);
    }

    [Fact]
    public void A_type_that_the_allowlist_has_not_is_not_allowed_to_it_either()
    {
        using var wasm = WasmGateway.HostileFilter(tenant: tenant => tenant with { Policy = tenant.Policy with { ExtAllowlist = ["room:*", "m:input"] } });

        Assert.Equal("NOT_ALLOWED", wasm.Ask(wasm.Connect(), "input", Say("""{"replace":{"type":"accept"}}""")).Code);
        Assert.Equal(0, wasm.Find("m").Counters.Calls);
    }

    [Fact]
    public void One_that_needs_longer_holds_up_its_session_and_nobody_else()
    {
        using var wasm = WasmGateway.HostileFilter();
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        alice.Send("m", "count", """{"filter":{"burn":400000}}""", id: "1").Send("m", "count", id: "2").Send("sys", "ping").Send("m", "count", """{"filter":{"burn":400000}}""", id: "3");
        Assert.Equal("sys.ack", wasm.Ask(bob, "accept").Name);
        wasm.Until(() => alice.Envelopes.Any(envelope => envelope.Name != "sys.pong" && envelope.Id == "3"));

        var answers = alice.ReadEnvelopes();
        Assert.Contains("sys.pong", answers.Select(answer => answer.Name));
        Assert.Equal(["1 0", "2 1", "3 2"], answers.Where(answer => answer.Name == "sys.ack").Select(answer => $"{answer.Id} {answer.Data.GetRawText()}"));
        Assert.Equal(0, wasm.Gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void Beyond_64_that_wait_is_too_many()
    {
        using var wasm = WasmGateway.HostileFilter(service => service with { Fuel = 2_000_000_000 });
        var alice = wasm.Connect();
        wasm.Gateway.RunsAtOnce = false;
        alice.Send("m", "accept", """{"filter":{"burn":30000000}}""");
        for (var i = 1; i <= DeferredMessages.Max; i++)
        {
            alice.Send("m", "accept", id: $"{i}");
        }

        Assert.Equal(("RESOURCE_EXHAUSTED", "64"), (wasm.Next(alice).Code, "64"));
        wasm.Until(() => alice.Envelopes.Count(envelope => envelope.Name == "sys.ack" && envelope.Id is not null) == DeferredMessages.Max - 1);
    }

    [Fact]
    public void While_it_is_switched_off_nothing_passes_but_sys()
    {
        using var wasm = WasmGateway.HostileFilter();
        var alice = wasm.Connect();
        for (var i = 0; i < FailureSwitch.MaxFailures; i++)
        {
            Assert.Equal("INTERNAL", wasm.Ask(alice, "accept", """{"filter":{"type":"trap"}}""").Code);
        }

        Assert.Equal("SERVICE_UNAVAILABLE", wasm.Ask(alice, "accept").Code);
        Assert.Equal("SERVICE_UNAVAILABLE", alice.Leave("lobby").ReadEnvelopes().Single().Code);
        Assert.Equal("sys.pong", alice.Send("sys", "ping").NextEnvelope().Name);

        wasm.Gateway.Time.Advance(FailureSwitch.Pause + TimeSpan.FromSeconds(1));
        Assert.Equal("sys.ack", wasm.Ask(alice, "accept").Name);
    }

    [Fact]
    public void Filters_follow_the_order_of_the_list()
    {
        using var wasm = new WasmGateway(
            [
                Modules.Service("m", Modules.Hostile),
                Modules.Service("refuses", Modules.Test("hostile-filter")),
                Modules.Service("mask", Modules.Sample("mask")),
            ],
            ["mask", "refuses"]);
        var alice = wasm.Connect();

        alice.Send("chat", "send", """{"msg":"heck","filter":{"type":"input"}}""", id: "1");

        Assert.Equal("**** 1", $"{wasm.Next(alice).Data.GetProperty("data").GetProperty("msg").GetString()} {wasm.Find("mask").Counters.Calls - 1}");
    }

    [Fact]
    public void A_message_that_passes_allocates_nothing()
    {
        using var wasm = new WasmGateway(
            [Modules.Service("mask", Modules.Sample("mask")), Modules.Service("smallest", Modules.Sample("smallest")), Modules.Service("m", Modules.Sample("smallest"))],
            ["smallest", "mask"], logLevel: Microsoft.Extensions.Logging.LogLevel.Warning);
        var alice = wasm.Connect();
        wasm.Gateway.RunsAtOnce = false;
        var message = """{"svc":"m","type":"send","data":{"msg":"nothing bad"}}"""u8.ToArray();
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                alice.Session.OnText(message);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.True(wasm.Find("m").Counters.Calls >= 10_000);
    }

    private static string Say(string answer) => $$$"""{"filter":{"type":"say","answer":{{{answer}}}}}""";
}
