using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Bench.Bed;

/// <summary>A gateway, of one shard where nobody says otherwise, without listeners, run by hand: the engine as it is, with <see cref="DrainingConnection"/>s for clients.</summary>
internal sealed class BenchNode
{
    private const string TenantId = "bench";

    private readonly GatewayNode _node;
    private readonly Tenant _tenant;

    /// <summary>With the services of <paramref name="own"/> beside the built-in ones, as <paramref name="services"/> names them.</summary>
    /// <param name="own">Services of the tenant's own.</param>
    /// <param name="services">What the configuration says of them.</param>
    /// <param name="resumes">True for a tenant whose sessions can be resumed.</param>
    /// <param name="shards">How many shards.</param>
    public BenchNode(ITenantServiceFactory? own = null, ServicesConfig? services = null, bool resumes = false, int shards = 1)
    {
        // No timer fires and no bucket runs dry, however long a bench runs.
        var gateway = new GatewayConfig { Shards = shards, PingIntervalMs = int.MaxValue, IdleTimeoutMs = int.MaxValue };
        _node = new GatewayNode(
            new WsPrismConfig
            {
                Gateway = gateway,
                Tenants = [Tenant with { Services = services ?? Tenant.Services, Resume = new ResumeConfig { WindowMs = resumes ? 30_000 : 0, BufferBytes = 4_096 } }],
            },
            BuiltInServices.Ext, BuiltInServices.Hot, TimeProvider.System, NullLoggerFactory.Instance, _ => new IdleExecutor(), own);
        _tenant = _node.FindTenant(TenantId)!;
    }

    public static PolicyConfig Policy { get; } = new()
    {
        RateLimitRps = 1_000_000,
        RateLimitBurst = int.MaxValue,
        RateLimitScope = RateLimitScope.Both,
        ExtAllowlist = ["room:*", "chat:send", "chat:typing", "game:input", "native:*", "smallest:*", "guess:*", "sys:stats", "market:*"],
        HotAllowlist = ["1:*", "2:*", "7:*", "250:1"],
        HotRequiresActiveRoom = false,
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
            new RoomRuleConfig { Match = "present:*", Presence = true },
            new RoomRuleConfig { Match = "kept:*", History = new RoomHistoryConfig { Size = 1_000, TtlMs = int.MaxValue } },
            new RoomRuleConfig { Match = "events:*", Hot = new RoomHotConfig { Snapshot = false } },
            new RoomRuleConfig { Match = "pace:*", Hot = new RoomHotConfig { MaxHz = 1_000 } },
        ],
    };

    /// <summary>Lets a user in and takes the greeting.</summary>
    public Session Connect(string user) => Connect(new Identity(user));

    /// <summary>The same, as whoever a ticket has spoken for.</summary>
    public Session Connect(Identity identity)
    {
        _tenant.Registry.TryReserveSeat(_tenant.Snapshot.Config.Limits);
        var session = _node.Open(_tenant, identity, session => new DrainingConnection(session));
        RunPasses();
        return session;
    }

    /// <summary>Runs passes of all shards until none has anything to do.</summary>
    public void RunPasses()
    {
        var hasWork = true;
        while (hasWork)
        {
            foreach (var shard in _node.Shards)
                shard.RunPass();

            hasWork = false;
            foreach (var shard in _node.Shards)
                hasWork |= shard.HasWork;
        }
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
