using WsPrism.Configuration;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Reload;
using WsPrism.Gateway.Hosting;
using WsPrism.Plugins;

namespace WsPrism.Gateway.Reload;

/// <summary>
/// Takes the configuration in anew: read, checked and compiled whole, then put in force, or not at all. One reload at a time, whoever asks; safe for all threads.
/// </summary>
internal sealed class Reloader : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConfigOrigin _origin;
    private readonly GatewayNode _node;
    private readonly NodeReload _reload;
    private readonly Func<WsPrismConfig, IReadOnlyList<PluginProblem>> _prepare;
    private readonly Action<WsPrismConfig> _apply;
    private readonly Action<WsPrismConfig> _settle;
    private readonly ILogger _logger;
    private WsPrismConfig _running;
    private WsPrismConfig _latest;

    /// <summary><paramref name="prepare"/> loads plugins and says which are not good; <paramref name="apply"/> puts in force what is not the node's; <paramref name="settle"/> lets go of what nothing in force needs any more.</summary>
    public Reloader(
        WsPrismConfig running, ConfigOrigin origin, GatewayNode node, Func<WsPrismConfig, IReadOnlyList<PluginProblem>> prepare,
        Action<WsPrismConfig> apply, Action<WsPrismConfig> settle, ILogger logger)
    {
        _running = running;
        _latest = running;
        _origin = origin;
        _node = node;
        _reload = new NodeReload(node, logger);
        _prepare = prepare;
        _apply = apply;
        _settle = settle;
        _logger = logger;
        Counters = new ReloadCounters(node.Time);
    }

    public ReloadCounters Counters { get; }

    /// <summary>The configuration in force.</summary>
    public WsPrismConfig Running => Volatile.Read(ref _running);

    /// <summary>The files of plugins that the configuration names, the one that was read last, whether or not it is in force: a change of one is worth a reload.</summary>
    public IEnumerable<PluginFile> PluginFiles =>
        Volatile.Read(ref _latest).Tenants.SelectMany(tenant => tenant.Services.Ext).SelectMany(service => new[] { service.File, service.Assembly }).OfType<PluginFile>();

    /// <summary>Reloads, after those that were asked for before. <paramref name="trigger"/> is who asks, for the log.</summary>
    public async Task<ReloadReport> RunAsync(string trigger)
    {
        await _gate.WaitAsync();
        try
        {
            var report = await RunAloneAsync();
            Counters.Record(report);
            ReloadLog.Write(_logger, trigger, _origin.Name, report, Counters.Generation);
            return report;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<ReloadReport> RunAloneAsync()
    {
        if (_node.IsDraining)
        {
            return new ReloadReport(ReloadOutcome.Refused);
        }

        if (_origin.Load is null)
        {
            return new ReloadReport(ReloadOutcome.Unchanged);
        }

        try
        {
            var loaded = _origin.Load();
            var errors = loaded.Config is null ? loaded.Errors : Check(loaded.Config, loaded.Source);
            return errors.Count > 0 ? new ReloadReport(ReloadOutcome.Invalid) { Errors = errors } : await ApplyAsync(loaded.Config!, loaded.Warnings);
        }
        catch (Exception exception)
        {
            ReloadLog.Failed(_logger, exception);
            return new ReloadReport(ReloadOutcome.Failed);
        }
    }

    // What is not in the file itself, but in files that it names.
    private IReadOnlyList<ConfigProblem> Check(WsPrismConfig config, ConfigSourceMap source)
    {
        Volatile.Write(ref _latest, config);
        return [.. CertificateProblems(config), .. PluginCheck.Locate(_prepare(config), source)];
    }

    private async Task<ReloadReport> ApplyAsync(WsPrismConfig config, IReadOnlyList<ConfigProblem> warnings)
    {
        var held = ConfigRestart.Hold(_running, config);
        var report = Compare(_running, config) with { NeedsRestart = held, Warnings = warnings };
        if (report.Outcome == ReloadOutcome.Applied)
        {
            // All that can go wrong does so here.
            var update = _reload.Prepare(config);
            _apply(config);
            await _reload.ApplyAsync(update);
            _settle(config);
            Volatile.Write(ref _running, config);
        }

        return report;
    }

    private static ReloadReport Compare(WsPrismConfig before, WsPrismConfig now)
    {
        var (old, tenants) = (before.Tenants.ToDictionary(tenant => tenant.Id), now.Tenants.ToDictionary(tenant => tenant.Id));
        var gateway = ConfigDiff.Between(before.Gateway, now.Gateway, "gateway");
        var changed = now.Tenants.Where(tenant => old.ContainsKey(tenant.Id))
            .Select(tenant => new TenantChange(tenant.Id, ConfigDiff.Between(old[tenant.Id], tenant, string.Empty)))
            .Where(change => change.Keys.Count > 0).ToArray();
        string[] added = [.. tenants.Keys.Except(old.Keys)];
        string[] removed = [.. old.Keys.Except(tenants.Keys)];
        var isSame = gateway.Count + changed.Length + added.Length + removed.Length == 0;
        return new ReloadReport(isSame ? ReloadOutcome.Unchanged : ReloadOutcome.Applied) { Gateway = gateway, Added = added, Removed = removed, Changed = changed };
    }

    // They are not taken in, but a start would stumble over them, and it is better to know now.
    private IEnumerable<ConfigProblem> CertificateProblems(WsPrismConfig config)
    {
        foreach (var (key, tls) in new[] { ("gateway.tls", config.Gateway.Tls), ("gateway.admin.tls", config.Gateway.Admin.Tls) })
        {
            if (ServerCertificate.ProblemOf(tls, key) is { } problem)
            {
                yield return new ConfigProblem(_origin.Name, 0, 0, key, problem);
            }
        }
    }
}
