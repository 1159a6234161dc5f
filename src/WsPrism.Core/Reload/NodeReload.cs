using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Reload;

/// <summary>
/// Puts another configuration in force on a node that runs. A tenant changes in one step, the swap of its snapshot; what sessions and rooms keep of the
/// old one follows on their shards. Used by one caller at a time, on any thread but a shard's.
/// </summary>
internal sealed partial class NodeReload
{
    // A shard answers within a pass; one that does not hangs, and the others must not wait for it.
    private static readonly TimeSpan ShardPatience = TimeSpan.FromSeconds(5);

    private readonly GatewayNode _node;
    private readonly ILogger _logger;

    public NodeReload(GatewayNode node, ILogger logger)
    {
        _node = node;
        _logger = logger;
    }

    /// <summary>Compiles what is different. Nothing is in force yet, and where this throws nothing will be.</summary>
    public NodeUpdate Prepare(WsPrismConfig config)
    {
        var tenants = new List<Tenant>();
        var changed = new List<(Tenant, TenantSnapshot)>();
        foreach (var entry in config.Tenants)
        {
            var tenant = _node.FindTenant(entry.Id);
            if (tenant is null)
            {
                tenant = _node.CreateTenant(entry);
            }
            else if (!ConfigDiff.AreEqual(tenant.Snapshot.Config, entry))
            {
                changed.Add((tenant, _node.Compiler.Compile(entry, tenant.Snapshot)));
            }

            tenants.Add(tenant);
        }

        return new NodeUpdate(config.Gateway, tenants, changed, [.. _node.Tenants.Except(tenants)]);
    }

    /// <summary>Puts it in force; completes when the sessions of all shards have followed.</summary>
    public async Task ApplyAsync(NodeUpdate update)
    {
        _node.Defender.Configure(update.Gateway.HandshakeLimit);
        await ChangeTimingsAsync(SessionTimings.From(update.Gateway)).ConfigureAwait(false);
        var tasks = update.Changed.Select(change => ChangeAsync(change.Tenant, change.Snapshot)).ToList();
        _node.SetTenants(update.Tenants);
        tasks.AddRange(update.Removed.Select(RemoveAsync));
        await PatientlyAsync(Task.WhenAll(tasks)).ConfigureAwait(false);

        // After this nobody is in a service of a snapshot before: a message is handled within one pass.
        await PatientlyAsync(ShardsAsync(static _ => { })).ConfigureAwait(false);
    }

    private static Task ChangeAsync(Tenant tenant, TenantSnapshot snapshot)
    {
        var before = tenant.Snapshot;
        tenant.Snapshot = snapshot;
        if (snapshot.RoomRules != before.RoomRules)
        {
            // A room that is made from here on takes its rule from the new snapshot.
            tenant.Registry.Configure(tenant, snapshot.RoomRules);
        }

        if (snapshot.Config.Market.StaleAfterMs != before.Config.Market.StaleAfterMs)
        {
            tenant.Market.FollowStaleness();
        }

        return before.Policy.ExtRate != snapshot.Policy.ExtRate || before.Policy.HotRate != snapshot.Policy.HotRate || before.Outbox.MaxBytesPerS != snapshot.Outbox.MaxBytesPerS
            ? ShardSweep.RunAsync(tenant.Registry.Sessions(), session => session.Follow(before, snapshot))
            : Task.CompletedTask;
    }

    // From here on nobody finds the tenant; who has found it already looks again before it takes a seat and when its session opens.
    private static async Task RemoveAsync(Tenant tenant)
    {
        tenant.IsRemoved = true;
        await ShardSweep.RunAsync(tenant.Registry.Sessions(), static session => session.End(EndReason.TenantRemoved)).ConfigureAwait(false);
        tenant.History.Clear(forgetsStored: true);
    }

    private async Task ChangeTimingsAsync(SessionTimings timings)
    {
        if (_node.Timings == timings)
        {
            return;
        }

        _node.Timings = timings;
        await PatientlyAsync(ShardsAsync(shard => shard.Timings = timings)).ConfigureAwait(false);

        // Sessions that open from here on see the new times; those that are registered are told.
        await PatientlyAsync(ShardSweep.RunAsync(
            _node.Tenants.SelectMany(tenant => tenant.Registry.Sessions()), static session => session.Watch.Restart())).ConfigureAwait(false);
    }

    // Does something on each shard; completes when all have.
    private Task ShardsAsync(Action<Shard> work) => Task.WhenAll(_node.Shards.Select(shard =>
    {
        var isDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shard.Post(() =>
        {
            work(shard);
            isDone.SetResult();
        });
        return isDone.Task;
    }));

    private async Task PatientlyAsync(Task work)
    {
        try
        {
            await work.WaitAsync(ShardPatience, _node.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.ShardIsLate(_logger, ShardPatience.TotalSeconds);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Reload: a shard has not followed within {Seconds} s; it will when it gets to it")]
        public static partial void ShardIsLate(ILogger logger, double seconds);
    }
}
