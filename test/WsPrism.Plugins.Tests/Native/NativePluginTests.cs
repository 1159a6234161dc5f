using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Plugins.Native;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Plugins.Tests.Native;

public sealed class NativePluginTests : IDisposable
{
    private PluginServices? _plugins;

    public void Dispose() => _plugins?.Dispose();

    [Fact]
    public void A_plugin_is_called_what_the_configuration_says_and_knows_its_surroundings()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds", "lobby", ("greeting", "hi")));
        var client = gateway.ConnectTo("hall", "user:alice");

        client.Send("lobby", "who", id: "1");

        Assert.Equal("acme lobby hi True", client.NextEnvelope().Data.GetString());
    }

    [Fact]
    public void A_Hot_frame_is_relayed_to_the_room()
    {
        using var gateway = Start(BuiltPlugins.Service("Relay", "relay"), hot: 7);
        var alice = gateway.ConnectTo("hall", "user:alice");
        var bob = gateway.ConnectTo("hall", "user:bob");
        alice.ReadAll();

        alice.SendHot(new HotFrame { SvcId = 7, Opcode = 1, Payload = "x"u8 });

        Assert.Equal((alice.Handle, "x"), bob.NextHot() is var frame ? (frame.Sender, System.Text.Encoding.UTF8.GetString(frame.Payload)) : default);
        Assert.Empty(alice.ReadAll());
        Assert.Equal(1, Plugin("relay").Counters.Calls);
    }

    [Fact]
    public void One_class_serves_both_lanes()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds", "both"), hot: 7);
        var client = gateway.ConnectTo("hall", "user:alice");

        client.SendHot(new HotFrame { SvcId = 7, Opcode = 1, Payload = "x"u8 });
        client.Send("both", "nothing", id: "1");

        Assert.Equal(7, client.NextHot().SvcId);
        Assert.Equal("ack", client.NextEnvelope().Type);
        Assert.Equal(2, Plugin("both").Counters.Calls);
    }

    [Fact]
    public void A_service_may_send_to_all_sessions_of_a_user()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds"), shards: 2);
        var alice = gateway.ConnectTo("hall", "user:alice");

        alice.Send("plugin", "tell", id: "1");
        Assert.Equal("BAD_REQUEST", alice.NextEnvelope().Code);

        var bobs = Enumerable.Range(0, 3).Select(_ => gateway.Connect("user:bob")).ToArray();
        Array.ForEach(bobs, bob => bob.ReadAll());
        alice.Send("plugin", "tell", id: "2");

        Assert.All(bobs, bob => Assert.Equal(("plugin.told", "hello"), bob.NextEnvelope() is var told ? (told.Name, told.Data.GetString()) : default));
        Assert.Equal("ack", alice.NextEnvelope().Type);
    }

    [Fact]
    public void A_service_may_send_the_sender_away_after_its_answer()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds"));
        var client = gateway.ConnectTo("hall", "user:alice");

        client.Send("plugin", "kick", id: "1");

        Assert.Equal("bye", client.NextEnvelope().Data.GetString());
        Assert.Equal("told to", client.NextEnvelope().Data.GetProperty("reason").GetString());
        Assert.Equal((ushort)4408, client.CloseCode);
    }

    [Fact]
    public void What_a_plugin_logs_has_its_name()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds", "lobby"));

        gateway.Connect("user:alice").Send("lobby", "log");

        Assert.Contains(gateway.Log.Entries, entry => entry is { Level: LogLevel.Warning, Message: "Plugin acme/lobby: told to log" });
    }

    [Fact]
    public async Task An_answer_may_come_later()
    {
        using var gateway = Start(BuiltPlugins.Service("Scores"));
        var client = gateway.ConnectTo("hall", "user:alice");

        client.Send("plugin", "mine", id: "1");
        Assert.Empty(client.ReadAll());
        while (client.Received[^1].Kind != Core.Delivery.FrameKind.Text || client.Envelopes.Last().Name != "sys.ack")
        {
            gateway.Advance(1);
            await Task.Yield();
        }

        Assert.Equal("user:alice".Length, client.Envelopes.Last().Data.GetInt32());
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fail_later")]
    [InlineData("defer_and_fail")]
    public void An_exception_is_one_INTERNAL_one_line_and_one_count(string type)
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds"));
        var client = gateway.ConnectTo("hall", "user:alice");

        client.Send("plugin", type, id: "1");
        gateway.Advance(100);

        Assert.Equal("INTERNAL", client.NextEnvelope().Code);
        Assert.Empty(client.ReadAll());
        var line = Assert.Single(gateway.Log.TakeErrors());
        Assert.StartsWith("Plugin acme/plugin (WsPrism.TestPlugin.dll) failed on a message: session=", line.Message, StringComparison.Ordinal);
        Assert.StartsWith("told to fail", line.Exception!.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (Plugin().Counters.Calls, Plugin().Counters.Failures(PluginFailure.Error)));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));

        client.Send("plugin", "nothing", id: "2");
        Assert.Equal("ack", client.NextEnvelope().Type);
    }

    [Fact]
    public void An_exception_on_the_Hot_lane_is_one_INTERNAL_one_line_and_one_count()
    {
        using var gateway = Start(BuiltPlugins.Service("Relay"), hot: 7);
        var client = gateway.ConnectTo("hall", "user:alice");

        client.SendHot(new HotFrame { SvcId = 7, Opcode = 9 });

        Assert.Equal("INTERNAL", client.NextEnvelope().Code);
        Assert.StartsWith("Plugin acme/plugin (WsPrism.TestPlugin.dll) failed on a message: ", Assert.Single(gateway.Log.TakeErrors()).Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (Plugin().Counters.Calls, Plugin().Counters.Failures(PluginFailure.Error)));
    }

    [Fact]
    public void A_plugin_that_fails_again_and_again_is_switched_off_on_both_lanes_and_tried_again()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds"), hot: 7);
        var client = gateway.ConnectTo("hall", "user:alice");

        string Try(string type) => client.Send("plugin", type, id: "\"" + Guid.NewGuid() + "\"").NextEnvelope() is var answer && answer.Type == "ack" ? "ack" : answer.Code;

        for (var i = 1; i < FailureSwitch.MaxFailures; i++)
        {
            Assert.Equal("INTERNAL", Try("fail"));
        }

        Assert.Equal("ack", Try("nothing"));
        for (var i = 0; i < FailureSwitch.MaxFailures; i++)
        {
            Assert.Equal("INTERNAL", Try("fail"));
        }

        Assert.Equal("SERVICE_UNAVAILABLE", Try("nothing"));
        Assert.Equal("SERVICE_UNAVAILABLE", client.SendHot(new HotFrame { SvcId = 7, Opcode = 1 }).NextEnvelope().Code);
        Assert.Equal(1, Plugin().Counters.SwitchedOff);
        Assert.Equal(2 * FailureSwitch.MaxFailures, Plugin().Counters.Calls);

        // The trial fails: off for as long again, and not a second time in the log.
        gateway.Advance((long)FailureSwitch.Pause.TotalMilliseconds, atOnce: true);
        Assert.Equal("INTERNAL", Try("fail"));
        Assert.Equal("SERVICE_UNAVAILABLE", Try("nothing"));

        gateway.Advance((long)FailureSwitch.Pause.TotalMilliseconds, atOnce: true);
        Assert.Equal("ack", Try("nothing"));
        Assert.Equal("ack", Try("nothing"));

        Assert.Single(gateway.Log.Entries, entry => entry.Message == "Plugin acme/plugin failed 5 times in a row: it is switched off for 10 s");
        Assert.Single(gateway.Log.Entries, entry => entry.Message == "Plugin acme/plugin works again");
        Assert.Equal(2 * FailureSwitch.MaxFailures, gateway.Log.TakeErrors().Count);
    }

    [Fact]
    public void A_plugin_that_defers_and_fails_again_and_again_is_switched_off_too()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds"));
        var client = gateway.ConnectTo("hall", "user:alice");

        string Try(string type)
        {
            client.Send("plugin", type, id: "\"" + Guid.NewGuid() + "\"");
            gateway.Advance(100);
            return client.NextEnvelope() is var answer && answer.Type == "ack" ? "ack" : answer.Code;
        }

        // One that ends well in between: not in a row.
        Assert.Equal("INTERNAL", Try("fail_later"));
        Assert.Equal("ack", Try("later"));
        for (var i = 0; i < FailureSwitch.MaxFailures; i++)
        {
            Assert.Equal("INTERNAL", Try("fail_later"));
        }

        Assert.Equal("SERVICE_UNAVAILABLE", Try("later"));

        // The trial counts when it has gone on.
        gateway.Advance((long)FailureSwitch.Pause.TotalMilliseconds, atOnce: true);
        Assert.Equal("ack", Try("later"));
        Assert.Equal("ack", Try("later"));
        Assert.Equal((1, FailureSwitch.MaxFailures + 1), (Plugin().Counters.SwitchedOff, gateway.Log.TakeErrors().Count));
    }

    [Fact]
    public void A_changed_file_is_another_instance_and_the_old_one_is_disposed_of()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds", "deeds"), BuiltPlugins.Service("Versioned", "versioned"));
        var client = gateway.ConnectTo("hall", "user:alice");
        var kept = Plugin("deeds");

        Reload(gateway, BuiltPlugins.Service("Deeds", "deeds"), BuiltPlugins.Service("Versioned", "versioned") with { Assembly = BuiltPlugins.Version(2) });

        Assert.Equal("version-2", client.Send("versioned", "which", id: "1").NextEnvelope().Data.GetString());
        Assert.Same(kept, Plugin("deeds"));
        Assert.DoesNotContain(gateway.Log.Entries, entry => entry.Message.Contains("disposed", StringComparison.Ordinal));

        Reload(gateway, BuiltPlugins.Service("Deeds", "deeds", ("greeting", "new")));

        Assert.Single(gateway.Log.Entries, entry => entry.Message == "Plugin acme/deeds: disposed");
        Assert.Equal("NOT_ALLOWED", client.Send("versioned", "which", id: "2").NextEnvelope().Code);
    }

    [Fact]
    public void A_plugin_that_fails_when_it_is_disposed_of_is_a_line_and_nothing_more()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds", "deeds", ("fails_at_end", "yes")));

        Reload(gateway);

        Assert.Equal("Plugin acme/deeds (WsPrism.TestPlugin.dll) failed when it was disposed of", Assert.Single(gateway.Log.TakeErrors()).Message);
    }

    [Fact]
    public void A_plugin_that_was_replaced_is_gone_from_memory_while_messages_flow()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds", "gone"), BuiltPlugins.Service("UsesYaml", "gone.yaml"), shards: 2, hot: 7);
        var clients = Enumerable.Range(0, 4).Select(i => gateway.ConnectTo("hall", $"user:{i}")).ToArray();
        Talk(clients, "gone");
        clients[0].Send("gone.yaml", "which", id: "\"yaml\"");
        Assert.Equal("beside", clients[0].NextEnvelope().Data.GetString());
        var old = Contexts("acme/gone");
        Assert.Equal(2, old.Length);

        // One message is out of the line when its plugin is replaced, and is answered by it all the same.
        clients[0].Send("gone", "later", id: "\"out\"");
        Reload(gateway, BuiltPlugins.Service("Deeds", "gone") with { Assembly = BuiltPlugins.Version(2) }, BuiltPlugins.Service("UsesYaml", "gone.yaml", ("new", "yes")));
        gateway.Advance(100);
        Assert.Equal("late", clients[0].NextEnvelope().Data.GetString());

        AwaitEnd(old, () => Talk(clients, "gone"));
    }

    [Fact]
    public void A_plugin_that_failed_is_gone_from_memory_too()
    {
        using var gateway = Start(BuiltPlugins.Service("Deeds", "failed"), hot: 7);
        TestClient[] clients = [gateway.ConnectTo("hall", "user:alice")];
        clients[0].Send("failed", "fail", id: "1").Send("failed", "fail_later", id: "2");
        gateway.Advance(100);
        Assert.Equal(2, Count(gateway));
        var old = Contexts("acme/failed");

        Reload(gateway, BuiltPlugins.Service("Deeds", "failed") with { Assembly = BuiltPlugins.Version(2) });

        AwaitEnd(old, () => Talk(clients, "failed"));

        // The test's log keeps exceptions, which know where they come from.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static int Count(TestGateway gateway) => gateway.Log.TakeErrors().Count;
    }

    [Fact]
    public void A_configuration_that_is_not_taken_leaves_nothing_behind()
    {
        var plugins = new PluginServices([new NativeKind(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)]);

        var problems = Prepare(plugins);

        Assert.Equal(
            ["tenants[0].services.ext[1].assembly: WsPrism.TestPlugin.dll has several services", "tenants[0].services.ext[2].name: is named in hot, but this plugin handles no Hot frames"],
            problems.Select(problem => $"{problem.Path}: {problem.Message.Split(':')[0]}"));
        AwaitEnd(Contexts("acme/prepared"), () => { });

        [MethodImpl(MethodImplOptions.NoInlining)]
        static IReadOnlyList<PluginProblem> Prepare(PluginServices plugins) => plugins.Prepare(new WsPrismConfig
        {
            Tenants =
            [
                TestGateway.DefaultTenant with
                {
                    Services = new ServicesConfig
                    {
                        Hot = new Dictionary<int, string> { [7] = "prepared-ext" },
                        Ext = [BuiltPlugins.Service("Deeds", "prepared"), BuiltPlugins.Service("Deeds", "prepared-2") with { Class = null }, BuiltPlugins.Service("Versioned", "prepared-ext")],
                    },
                },
            ],
        });
    }

    [Fact]
    public void A_service_that_is_in_force_is_looked_at_again_when_hot_names_it()
    {
        using var gateway = Start(BuiltPlugins.Service("Versioned", "versioned"));

        var config = gateway.Config with { Tenants = [Tenant([BuiltPlugins.Service("Versioned", "versioned")], hot: 7)] };

        Assert.Equal("tenants[0].services.ext[0].name", Assert.Single(_plugins!.Prepare(config)).Path);
    }

    [Fact]
    public void Relaying_a_Hot_frame_allocates_nothing()
    {
        using var gateway = Start(BuiltPlugins.Service("Relay"), hot: 7);
        TestClient[] clients = [gateway.ConnectTo("hall", "user:alice"), gateway.ConnectTo("hall", "user:bob")];
        Array.ForEach(clients, client => client.Connection.IsRecording = false);
        var (session, shard) = (clients[0].Session, gateway.Node.Shards[0]);
        var frame = TestClient.Encode(new HotFrame { SvcId = 7, Opcode = 1, Payload = new byte[32] });

        // Code that is not compiled for good and pools that still grow allocate at first.
        var least = long.MaxValue;
        for (var round = 0; round < 20 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
            {
                session.OnBinary(frame);
                shard.RunPass();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.True(Plugin().Counters.Calls >= 200);
    }

    private TestGateway Start(ExtServiceConfig first, ExtServiceConfig? services = null, int shards = 1, int hot = -1)
    {
        var tenant = Tenant(services is null ? [first] : [first, services], hot);
        var gateway = new TestGateway(shards, _ => tenant, gateway => gateway with { PingIntervalMs = 3_600_000, IdleTimeoutMs = 7_200_000 }, backends: (time, log) => _plugins = new PluginServices([new NativeKind(time, log.CreateLogger("WsPrism.Plugins"))]));
        _plugins!.Settle(gateway.Config, gateway.Node);
        return gateway;
    }

    private void Reload(TestGateway gateway, params ExtServiceConfig[] services)
    {
        var hot = gateway.Config.Tenants[0].Services.Hot.Keys.FirstOrDefault(id => id == 7, -1);
        gateway.ReloadTenant(_ => Tenant(services, services.Length > 0 ? hot : -1));
        _plugins!.Settle(gateway.Config, gateway.Node);
    }

    private Plugin Plugin(string name = "plugin") => _plugins!.Running.Single(plugin => plugin.Config.Name == name);

    // The first of the services is the one of the Hot lane.
    private static TenantConfig Tenant(ExtServiceConfig[] services, int hot) => TestGateway.DefaultTenant with
    {
        Policy = TestGateway.DefaultTenant.Policy with
        {
            ExtAllowlist = ["sys:*", "room:*", .. services.Select(service => $"{service.Name}:*")],
            HotAllowlist = ["7:*"],
        },
        Services = new ServicesConfig { Ext = services, Hot = hot < 0 ? new Dictionary<int, string>() : new Dictionary<int, string> { [hot] = services[0].Name } },
    };

    private static void Talk(TestClient[] clients, string service)
    {
        foreach (var client in clients)
        {
            client.ReadAll();
            client.Send(service, "who", id: "\"" + Guid.NewGuid() + "\"");
            Assert.Equal("sys.ack", client.NextEnvelope().Name);
            client.SendHot(new HotFrame { SvcId = 7, Opcode = 1 });
            Assert.Equal(7, client.NextHot().SvcId);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Contexts(string prefix) =>
        [.. AssemblyLoadContext.All.Where(context => context is PluginLoadContext && context.Name!.StartsWith(prefix, StringComparison.Ordinal)).Select(context => new WeakReference(context))];

    // Other tests' plugins may be there as well; what this test loaded has to go.
    private static void AwaitEnd(WeakReference[] contexts, Action meanwhile)
    {
        var patience = Stopwatch.StartNew();
        while (Array.Exists(contexts, context => context.IsAlive))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "An assembly is not unloaded.");
            meanwhile();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            GC.WaitForPendingFinalizers();
        }
    }
}
