using WsPrism.Plugins.Wasm;

namespace WsPrism.Plugins.Tests.Wasm;

/// <summary>What a module that is broken or means harm can do: cost its sender one INTERNAL.</summary>
public sealed class WasmHostileTests
{
    [Theory]
    [InlineData("trap", "unreachable", "Error")]
    [InlineData("divide", "integer divide by zero", "Error")]
    [InlineData("read", "out of bounds memory access", "Error")]
    [InlineData("write", "out of bounds memory access", "Error")]
    [InlineData("recurse", "call stack exhausted", "Limit")]
    [InlineData("loop", "out of fuel, it may use 300000", "Limit")]
    [InlineData("fill", "out of fuel, it may use 300000", "Limit")]
    [InlineData("behind", "on_message returned an answer of 1 bytes at ", "BadAnswer")]
    [InlineData("over", "which is not in its memory", "BadAnswer")]
    [InlineData("wrap", "on_message returned an answer of 32 bytes at 4294967280, which is not in its memory", "BadAnswer")]
    [InlineData("huge", "on_message returned an answer of 4294967295 bytes", "BadAnswer")]
    [InlineData("text", "the answer is not UTF-8", "BadAnswer")]
    [InlineData("say", "the answer must be an object", "BadAnswer", """{"answer":[1]}""")]
    [InlineData("say", "the answer has an unknown field", "BadAnswer", """{"answer":{"nothing":1}}""")]
    [InlineData("say", "publish[0]", "BadAnswer", """{"answer":{"publish":[{"to":{"room":""}}]}}""")]
    public void A_bad_call_is_one_internal_one_line_and_one_count(string type, string problem, string failure, string? data = null)
    {
        using var wasm = WasmGateway.Hostile(service => service with { Fuel = 300_000 });
        var alice = wasm.Connect();

        Assert.Equal("INTERNAL", wasm.Ask(alice, type, data).Code);

        Assert.Contains(problem, Assert.Single(wasm.Warnings), StringComparison.Ordinal);
        Assert.StartsWith("Module acme/m (hostile.wasm) failed on a message: ", wasm.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(1, wasm.Plugin.Counters.Failures(Enum.Parse<PluginFailure>(failure)));
        Assert.Equal("sys.ack", wasm.Ask(alice, "accept").Name);
    }

    [Theory]
    [InlineData("alloc-null", "alloc returned 0")]
    [InlineData("alloc-edge", "alloc returned 65535")]
    [InlineData("alloc-behind", "alloc returned 4294967280")]
    [InlineData("alloc-loop", "out of fuel")]
    public void Nonsense_from_alloc_is_a_bad_call_too(string module, string problem)
    {
        using var wasm = new WasmGateway([Modules.Service("m", Modules.Test(module)) with { Fuel = 300_000 }]);

        Assert.Equal("INTERNAL", wasm.Ask(wasm.Connect(), "any").Code);
        Assert.Contains(problem, Assert.Single(wasm.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edge")]
    [InlineData("nowhere")]
    public void An_answer_at_the_very_end_of_the_memory_or_of_no_length_is_good(string type)
    {
        using var wasm = WasmGateway.Hostile();

        Assert.Equal("sys.ack", wasm.Ask(wasm.Connect(), type).Name);
    }

    [Theory]
    [InlineData(2 * 65_536, 2)]
    [InlineData(16_777_216, 256)]
    public void Memory_grows_to_its_limit_and_no_further(int bytes, int pages)
    {
        using var wasm = WasmGateway.Hostile(service => service with { MemoryBytes = bytes, Fuel = 1_000_000_000 });

        Assert.Equal(pages, wasm.Ask(wasm.Connect(), "grow").Data.GetInt32());
    }

    [Fact]
    public void A_million_publishes_are_64()
    {
        using var wasm = WasmGateway.Hostile(service => service with { Fuel = 2_000_000_000 });
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        var answer = wasm.Ask(alice, "publish", """{"answer":{"to":{"user":"bob"},"message":{"type":"note"}},"n":1000000}""");

        Assert.Equal(64, answer.Data.GetInt32());
        wasm.Until(() => bob.Envelopes.Count(envelope => envelope.Name == "m.note") == 64);
    }

    [Fact]
    public void An_instance_that_failed_is_as_new()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();
        Assert.Equal(1, wasm.Ask(alice, "calls").Data.GetInt32());
        Assert.Equal(2, wasm.Ask(alice, "calls").Data.GetInt32());

        wasm.Ask(alice, "trap");

        Assert.Equal(1, wasm.Ask(alice, "calls").Data.GetInt32());
    }

    [Fact]
    public void One_that_fails_again_and_again_is_switched_off_for_a_while_and_tried_again()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();
        for (var i = 0; i < FailureSwitch.MaxFailures; i++)
        {
            Assert.Equal("INTERNAL", wasm.Ask(alice, "trap").Code);
        }

        Assert.Equal("SERVICE_UNAVAILABLE", wasm.Ask(alice, "accept").Code);
        Assert.Equal(1, wasm.Plugin.Counters.SwitchedOff);

        wasm.Gateway.Time.Advance(FailureSwitch.Pause + TimeSpan.FromSeconds(1));
        Assert.Equal("INTERNAL", wasm.Ask(alice, "trap").Code);
        Assert.Equal("SERVICE_UNAVAILABLE", wasm.Ask(alice, "accept").Code);

        wasm.Gateway.Time.Advance(FailureSwitch.Pause + TimeSpan.FromSeconds(1));
        Assert.Equal("sys.ack", wasm.Ask(alice, "accept").Name);
        Assert.Equal("sys.ack", wasm.Ask(alice, "accept").Name);
    }

    [Fact]
    public void What_clients_provoke_fills_no_log()
    {
        using var wasm = WasmGateway.Hostile();
        var alice = wasm.Connect();
        for (var i = 0; i < 50; i++)
        {
            wasm.Ask(alice, i % 2 == 0 ? "trap" : "accept");
        }

        Assert.Equal(25, wasm.Plugin.Counters.Failures(PluginFailure.Error));
        Assert.Equal(WasmLog.MaxLinesPerSecond, wasm.Warnings.Length);
    }

    [Fact]
    public void A_session_that_ended_meanwhile_is_dropped()
    {
        using var wasm = WasmGateway.Hostile();
        var bob = wasm.Connect("bob");
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            wasm.Connect().Send("m", "say", """{"burn":400000,"answer":{"publish":[{"to":{"user":"bob"},"message":{"type":"note"}}]}}""").Send("m", "accept").Vanish();
            if (wasm.Gateway.Count(counters => counters.Deferred) == 0)
            {
                // The module was quicker.
                bob.ReadAll();
                continue;
            }

            wasm.Until(() => wasm.Gateway.Count(counters => counters.Deferred) == 0);

            Assert.Empty(bob.ReadAll());
            return;
        }

        Assert.Fail("The module was always quicker.");
    }
}
