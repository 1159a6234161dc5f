using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Plugins.Tests.Wasm;

/// <summary>A gateway with modules. What runs on the thread pool is waited for.</summary>
internal sealed class WasmGateway : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public WasmGateway(IReadOnlyList<ExtServiceConfig> services, string[]? filters = null, Func<TenantConfig, TenantConfig>? tenant = null, int shards = 1, LogLevel logLevel = LogLevel.Information)
    {
        PluginServices? plugins = null;
        Gateway = new TestGateway(
            shards,
            config => (tenant ?? (same => same))(config with
            {
                Policy = config.Policy with { ExtAllowlist = [.. config.Policy.ExtAllowlist, .. services.Select(service => $"{service.Name}:*")] },
                Services = config.Services with { Ext = services, Filters = filters ?? [] },
            }),
            logLevel: logLevel,
            backends: (time, log) => plugins = new PluginServices(PluginKinds.Create(time, log)));
        Plugins = plugins!;
        Plugins.Settle(Gateway.Config, Gateway.Node);
    }

    /// <summary>With the hostile module as the service <c>m</c>.</summary>
    public static WasmGateway Hostile(Func<ExtServiceConfig, ExtServiceConfig>? change = null, LogLevel logLevel = LogLevel.Information) =>
        new([(change ?? (same => same))(Modules.Service("m", Modules.Hostile))], logLevel: logLevel);

    /// <summary>With the hostile module as a filter, and behind it as the service <c>m</c>.</summary>
    public static WasmGateway HostileFilter(Func<ExtServiceConfig, ExtServiceConfig>? change = null, Func<TenantConfig, TenantConfig>? tenant = null) => new(
        [(change ?? (same => same))(Modules.Service("f", Modules.Test("hostile-filter"))), Modules.Service("m", Modules.Hostile)], ["f"], tenant);

    public TestGateway Gateway { get; }

    public PluginServices Plugins { get; }

    public Plugin Plugin => Plugins.Running[0];

    public Plugin Find(string name) => Plugins.Running.Single(plugin => plugin.Config.Name == name);

    public TestClient Connect(string user = "alice", string room = "lobby")
    {
        var client = Gateway.Connect(user);
        client.Join(room);
        Until(() => client.Envelopes.Any(envelope => envelope.Name == "sys.joined"));
        client.ReadAll();
        return client;
    }

    /// <summary>The next envelope, when it comes.</summary>
    public ReceivedEnvelope Next(TestClient client)
    {
        var before = client.Connection.Received.Count;
        ReceivedEnvelope[] read = [.. client.ReadEnvelopes()];
        if (read.Length == 0)
        {
            Until(() => client.Connection.Received.Count > before);
            read = [.. client.ReadEnvelopes()];
        }

        Assert.Single(read);
        return read[0];
    }

    /// <summary>Sends to the module and reads its answer.</summary>
    public ReceivedEnvelope Ask(TestClient client, string type, string? data = null, string? room = null, string svc = "m")
    {
        client.Send(svc, type, data, room, id: $"\"{Guid.NewGuid()}\"");
        return Next(client);
    }

    public void Until(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            Gateway.RunUntilIdle();
            if (condition())
            {
                return;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "It never happened.");
            Thread.Yield();
        }
    }

    /// <summary>What was logged of plugins as a warning or worse.</summary>
    public string[] Warnings => [.. Gateway.Log.Entries.Where(entry => entry.Level >= LogLevel.Warning && entry.Category == "WsPrism.Plugins").Select(entry => entry.Message)];

    public void Dispose()
    {
        // Modules that fail on a message are what these tests are about.
        Assert.All(Gateway.Log.TakeErrors(), error => Assert.Contains(" failed on a message: ", error.Message, StringComparison.Ordinal));
        Gateway.Dispose();
        Plugins.Dispose();
    }
}
