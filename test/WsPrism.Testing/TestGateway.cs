using System.Globalization;
using Microsoft.Extensions.Logging;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Metrics;
using WsPrism.Core.Reload;
using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;
using WsPrism.Services;

namespace WsPrism.Testing;

/// <summary>
/// The whole engine, run by hand: shards that take their passes when the test says so, on a clock that the test moves, with clients in memory. Disposing
/// of it throws where something unexpected was logged as an error and, in Debug builds, where a frame was not given back.
/// </summary>
internal sealed class TestGateway : IDisposable
{
    private const int StepMs = 16;

    private readonly List<ManualExecutor> _executors = [];
    private readonly NodeReload _reload;
    private readonly Random? _order;
    private readonly FrameTally _frames = FrameTally.Begin();

    public TestGateway(
        int shards = 1,
        Func<TenantConfig, TenantConfig>? tenant = null,
        Func<GatewayConfig, GatewayConfig>? gateway = null,
        int? seed = null,
        LogLevel logLevel = LogLevel.Debug,
        IReadOnlyList<IExtService>? ext = null,
        IReadOnlyList<IHotService>? hot = null,
        IReadOnlyList<TenantConfig>? moreTenants = null,
        Func<ManualTime, ILoggerFactory, ITenantServiceFactory>? backends = null,
        ITicketBackends? ticketBackends = null)
    {
        _order = seed is { } value ? new Random(value) : null;
        Log = new LogCollector(logLevel);
        var config = new WsPrismConfig
        {
            Gateway = (gateway ?? (same => same))(new GatewayConfig { Shards = shards }) with { Shards = shards },
            Tenants = [(tenant ?? (same => same))(DefaultTenant), .. moreTenants ?? []],
        };
        Node = new GatewayNode(
            config, [.. BuiltInServices.Ext, .. ext ?? []], [.. BuiltInServices.Hot, .. hot ?? []], Time, Log, CreateExecutor, backends?.Invoke(Time, Log), ticketBackends);
        Tenant = Node.FindTenant(config.Tenants[0].Id)!;
        Config = config;
        _reload = new NodeReload(Node, Log.CreateLogger("reload"));
    }

    /// <summary>A tenant that allows everything, fast.</summary>
    public static TenantConfig DefaultTenant { get; } = new()
    {
        Id = "acme",
        Policy = new PolicyConfig
        {
            ExtAllowlist = ["sys:*", "room:*", "chat:*", "game:*", "market:*", "party:*", "test:*"],
            HotAllowlist = ["1:*", "2:*", "250:*"],
            RateLimitRps = 1_000_000,
            RateLimitBurst = 1_000_000,
            Sessions = new SessionPolicyConfig { MaxSessionsPerUser = 1_000 },
        },
    };

    public ManualTime Time { get; } = new();

    public LogCollector Log { get; }

    public GatewayNode Node { get; }

    /// <summary>The first tenant.</summary>
    public Tenant Tenant { get; }

    /// <summary>The configuration in force.</summary>
    public WsPrismConfig Config { get; private set; }

    public List<TestClient> Clients { get; } = [];

    /// <summary>True runs the shards after each step of a client. Off, the test calls <see cref="RunUntilIdle"/>.</summary>
    public bool RunsAtOnce { get; set; } = true;

    /// <summary>Connects; throws where the tenant has no seat.</summary>
    public TestClient Connect(string user, Tenant? tenant = null, Action<MemoryConnection>? setUp = null) =>
        TryConnect(user, tenant, setUp) ?? throw new InvalidOperationException("The tenant is full.");

    /// <summary>Connects; null where the tenant has no seat.</summary>
    public TestClient? TryConnect(string user, Tenant? tenant = null, Action<MemoryConnection>? setUp = null) => TryConnect(new Identity(user), tenant, setUp);

    /// <summary>Connects with a ticket that the tenant must find good.</summary>
    public TestClient ConnectWith(string ticket) => TryConnectWith(ticket) ?? throw new InvalidOperationException("The ticket is not good.");

    /// <summary>The same; null where the ticket is refused. One-time tickets are spent.</summary>
    public TestClient? TryConnectWith(string ticket) =>
        Tenant.Tickets.TryInspect(ticket, out var verdict) && verdict.Identity is { } identity && Tenant.Tickets.TryUse(identity) ? TryConnect(identity) : null;

    /// <summary>The same, as whoever a ticket has spoken for.</summary>
    public TestClient? TryConnect(
        Identity identity, Tenant? tenant = null, Action<MemoryConnection>? setUp = null, ResumeFailure resumeFailure = ResumeFailure.None)
    {
        tenant ??= Tenant;
        if (!tenant.Registry.TryReserveSeat(tenant.Snapshot.Config.Limits))
        {
            return null;
        }

        var session = Node.Open(tenant, identity, session =>
        {
            var connection = new MemoryConnection(session);
            setUp?.Invoke(connection);
            return connection;
        }, resumeFailure);
        var client = Add(new TestClient(this, session));
        if (RunsAtOnce)
        {
            RunUntilIdle();
        }

        return client;
    }

    /// <summary>Comes back for a client's session with the token and the position that it has, or with others.</summary>
    public TestClient Resume(TestClient former, string? token = null, long? position = null, Identity? identity = null, Action<MemoryConnection>? setUp = null) =>
        TryResume(new ResumeRequest(token ?? former.ResumeToken!, (position ?? former.Position).ToString(CultureInfo.InvariantCulture)), identity ?? new Identity(former.User), setUp)
        ?? throw new InvalidOperationException("The tenant is full.");

    /// <summary>Comes back for a session as a handshake does; null where there is no such session and no seat for another.</summary>
    public TestClient? TryResume(ResumeRequest request, Identity identity, Action<MemoryConnection>? setUp = null)
    {
        if (Tenant.Resumes.Find(request, identity.User, out var failure) is not { } claim)
        {
            return TryConnect(identity, setUp: setUp, resumeFailure: failure);
        }

        TestClient client = null!;
        claim.Session.Shard.Post(() => Node.ResumeOn(claim, Tenant, identity, session =>
        {
            var connection = new MemoryConnection(session);
            setUp?.Invoke(connection);
            client = Add(new TestClient(this, session, connection));
            return connection;
        }));
        RunUntilIdle();
        return client;
    }

    /// <summary>Connects, joins a room and passes over what has come so far.</summary>
    public TestClient ConnectTo(string room, string user)
    {
        var client = Connect(user).Join(room);
        client.ReadAll();
        return client;
    }

    /// <summary>Gives the shards turns, in order or in the seed's order, until none wants one.</summary>
    public void RunUntilIdle()
    {
        for (var rounds = 0; RunRound(everybody: false); rounds++)
        {
            if (rounds > 1_000_000)
            {
                throw new InvalidOperationException("The shards never come to rest.");
            }
        }
    }

    /// <summary>Moves the clock in steps of one tick of the timing wheels, or in one.</summary>
    public void Advance(long ms, bool atOnce = false)
    {
        while (ms > 0)
        {
            var step = atOnce ? ms : Math.Min(ms, StepMs);
            Time.Advance(step);
            RunRound(everybody: true);
            RunUntilIdle();
            ms -= step;
        }
    }

    /// <summary>Puts another configuration in force, to the last session.</summary>
    public void Reload(Func<WsPrismConfig, WsPrismConfig> change)
    {
        Config = change(Config);
        var reload = _reload.ApplyAsync(_reload.Prepare(Config));
        while (!reload.IsCompleted)
        {
            RunUntilIdle();
            Thread.Yield();
        }

        if (reload.Exception is { } exception)
        {
            throw exception;
        }
    }

    /// <summary>Changes the first tenant.</summary>
    public void ReloadTenant(Func<TenantConfig, TenantConfig> change) =>
        Reload(config => config with { Tenants = [change(config.Tenants[0]), .. config.Tenants.Skip(1)] });

    /// <summary>A count summed over the shards.</summary>
    public long Count(Func<TenantCounters, long> count, Tenant? tenant = null) => (tenant ?? Tenant).Shards.Sum(shard => count(shard.Counters));

    /// <summary>The tenant's ledger, summed over the shards.</summary>
    public Ledger Ledger(Tenant? tenant = null)
    {
        var sum = new Ledger();
        foreach (var shard in (tenant ?? Tenant).Shards)
        {
            sum.Add(shard.Ledger);
        }

        return sum;
    }

    public void Dispose()
    {
        Log.ThrowOnErrors();
        foreach (var client in Clients.Where(client => !client.IsClosed).ToArray())
        {
            client.Vanish();
        }

        RunUntilIdle();

        // Who waits for its client waits no longer.
        foreach (var session in Node.Tenants.Append(Tenant).SelectMany(tenant => tenant.Registry.Sessions()))
        {
            session.Shard.Post(() => session.End(EndReason.ConnectionLost));
        }

        RunUntilIdle();
        Node.History.Writer?.Dispose();
        RunUntilIdle();
        foreach (var tenant in Node.Tenants)
        {
            tenant.History.Clear(forgetsStored: false);
        }

        if (_frames.Held != 0)
        {
            throw new InvalidOperationException($"{_frames.Held} frames were not given back, or more often than they were held.");
        }
    }

    private TestClient Add(TestClient client)
    {
        lock (Clients)
        {
            Clients.Add(client);
        }

        return client;
    }

    private ManualExecutor CreateExecutor(WsPrism.Core.Shards.Shard shard)
    {
        var executor = new ManualExecutor();
        _executors.Add(executor);
        return executor;
    }

    private bool RunRound(bool everybody)
    {
        var order = Enumerable.Range(0, Node.Shards.Length).ToArray();
        _order?.Shuffle(order);
        var any = false;
        foreach (var index in order)
        {
            if (_executors[index].TakeWakeUp() | Node.Shards[index].HasWork | everybody)
            {
                Node.Shards[index].RunPass();
                any = true;
            }
        }

        return any;
    }
}
