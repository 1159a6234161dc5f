using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Plugins.Scripts;
using WsPrism.Testing;

namespace WsPrism.Plugins.Tests.Scripts;

/// <summary>The engine in memory with one script as the service <c>quiz</c>, reloaded as the gateway does it.</summary>
internal sealed class ScriptGateway : IDisposable
{
    private const int MaxSteps = 50;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private PluginServices _services = null!;

    public ScriptGateway(string script, Func<ExtServiceConfig, ExtServiceConfig>? change = null, int shards = 1, Func<TenantConfig, TenantConfig>? tenant = null)
    {
        Gateway = new TestGateway(
            shards,
            tenant: config => (tenant ?? (same => same))(WithScript(
                config with { Policy = config.Policy with { ExtAllowlist = ["room:*", "quiz:*"] } },
                (change ?? (same => same))(new ExtServiceConfig { Name = "quiz", Kind = ExtServiceKind.Script, TimeoutMs = 20_000 }), script)),
            backends: (time, log) => _services = new PluginServices([new ScriptKind(time, log.CreateLogger("WsPrism.Plugins"))]));
        _services.Settle(Gateway.Config, Gateway.Node);
    }

    public TestGateway Gateway { get; }

    public ScriptPlugin Plugin => (ScriptPlugin)_services.Running.Single();

    public IEnumerable<string> Warnings => Gateway.Log.Entries.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Message);

    public TestClient ConnectTo(string room, string user) => Gateway.ConnectTo(room, user);

    /// <summary>Puts another text of the script in force; false where it cannot be.</summary>
    public bool Reload(string script, Func<ExtServiceConfig, ExtServiceConfig>? change = null)
    {
        var next = Gateway.Config with
        {
            Tenants = [WithScript(Gateway.Config.Tenants[0], (change ?? (same => same))(Gateway.Config.Tenants[0].Services.Ext[0]), script)],
        };
        Problems = _services.Prepare(next);
        if (Problems.Count > 0)
        {
            return false;
        }

        Gateway.Reload(_ => next);
        _services.Settle(next, Gateway.Node);
        return true;
    }

    public IReadOnlyList<PluginProblem> Problems { get; private set; } = [];

    public void RemoveService()
    {
        Gateway.ReloadTenant(tenant => tenant with { Services = tenant.Services with { Ext = [] } });
        _services.Settle(Gateway.Config, Gateway.Node);
    }

    /// <summary>Sends a message and waits for its answer.</summary>
    public ReceivedEnvelope Ask(TestClient client, string type, string? data = null, string? room = null)
    {
        var id = $"\"{Guid.NewGuid():N}\"";
        client.Send("quiz", type, data, room, id);
        return Await(client, envelope => envelope.Id == id);
    }

    /// <summary>Waits for an envelope, read or not.</summary>
    public ReceivedEnvelope Await(TestClient client, Func<ReceivedEnvelope, bool> isIt)
    {
        ReceivedEnvelope? found = null;
        Until(() => (found = client.Envelopes.FirstOrDefault(isIt)) is not null);
        return found!;
    }

    /// <summary>Runs the shards until something is so that the thread pool brings about.</summary>
    public void Until(Func<bool> isSo)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        Gateway.RunUntilIdle();
        while (!isSo())
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"It did not come to that. Warnings: {string.Join('\n', Warnings)}");
            }

            Thread.Yield();
            Gateway.RunUntilIdle();
        }
    }

    /// <summary>
    /// Moves the clock on step by step until something is so that the thread pool brings about. It is given a moment after each step: the clock alone would soon have
    /// the sessions idle for too long.
    /// </summary>
    public void AdvanceUntil(long stepMs, Func<bool> isSo)
    {
        for (var steps = 0; !isSo(); steps++)
        {
            Assert.True(steps < MaxSteps, $"It did not come to that. Warnings: {string.Join('\n', Warnings)}");
            Gateway.Advance(stepMs, atOnce: true);
            for (var started = System.Diagnostics.Stopwatch.GetTimestamp(); !isSo() && System.Diagnostics.Stopwatch.GetElapsedTime(started) < Moment;)
            {
                Thread.Yield();
                Gateway.RunUntilIdle();
            }
        }
    }

    public void Dispose()
    {
        _services.Dispose();
        Gateway.Dispose();
    }

    private static TenantConfig WithScript(TenantConfig tenant, ExtServiceConfig service, string script) => tenant with
    {
        Services = tenant.Services with { Ext = [service with { File = new PluginFile("/etc/wsprism/quiz.lua", Encoding.UTF8.GetBytes(script)) }] },
    };
}
