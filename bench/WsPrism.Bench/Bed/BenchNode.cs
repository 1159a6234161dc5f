using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Bench.Bed;

/// <summary>A gateway of one shard without listeners, run by hand: the engine as it is, with <see cref="DrainingConnection"/>s for clients.</summary>
internal sealed class BenchNode
{
    private const string TenantId = "bench";

    private readonly GatewayNode _node;
    private readonly Tenant _tenant;

    public BenchNode()
    {
        // No timer fires and no bucket runs dry, however long a bench runs.
        var gateway = new GatewayConfig { Shards = 1, PingIntervalMs = int.MaxValue, IdleTimeoutMs = int.MaxValue };
        _node = new GatewayNode(
            new WsPrismConfig { Gateway = gateway, Tenants = [Tenant] }, BuiltInServices.Ext, BuiltInServices.Hot, TimeProvider.System,
            NullLoggerFactory.Instance, _ => new IdleExecutor());
        _tenant = _node.FindTenant(TenantId)!;
    }

    public static PolicyConfig Policy { get; } = new()
    {
        RateLimitRps = 1_000_000,
        RateLimitBurst = int.MaxValue,
        RateLimitScope = RateLimitScope.Both,
        ExtAllowlist = ["room:*", "chat:send", "chat:typing", "game:input", "sys:stats"],
        HotAllowlist = ["1:*", "250:1"],
    };

    public Shard Shard => _node.Shards[0];

    public Shard[] Shards => _node.Shards;

    /// <summary>The only tenant.</summary>
    public Tenant TheTenant => _tenant;

    private static TenantConfig Tenant => new()
    {
        Id = TenantId,
        Policy = Policy,
        Rooms =
        [
            new RoomRuleConfig { Match = "tick:*", Hot = new RoomHotConfig { TickHz = 240 } },
            new RoomRuleConfig { Match = "merge:*", Hot = new RoomHotConfig { TickHz = 240, MaxHz = 60, TtlMs = 1_000 } },
            new RoomRuleConfig { Match = "kept:*", History = new RoomHistoryConfig { Size = 1_000, TtlMs = int.MaxValue } },
            new RoomRuleConfig { Match = "pace:*", Hot = new RoomHotConfig { MaxHz = 1_000 } },
        ],
    };

    /// <summary>Lets a user in and takes the greeting.</summary>
    public Session Connect(string user)
    {
        _tenant.Registry.TryReserveSeat(_tenant.Snapshot.Config.Limits);
        var session = _node.Open(_tenant, new Identity(user), session => new DrainingConnection(session));
        Shard.RunPass();
        return session;
    }

    /// <summary>Lets so many users in, all of them in one room, which is active.</summary>
    public Session[] ConnectToRoom(int count, string room = "match:1")
    {
        var sessions = new Session[count];
        for (var i = 0; i < count; i++)
        {
            sessions[i] = Connect($"user:{i}");
            sessions[i].OnText(System.Text.Encoding.UTF8.GetBytes($$"""{"svc":"room","type":"join","room":"{{room}}"}"""));
            Shard.RunPass();
        }

        return sessions;
    }
}
