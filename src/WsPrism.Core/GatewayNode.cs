using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Handshake;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;
using WsPrism.Core.Transport;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Core;

/// <summary>
/// The gateway without its listeners: shards, tenants and the way in for a new session. Safe for all threads; what belongs to a shard is done by posting
/// to it.
/// </summary>
#pragma warning disable CA1001 // The source has no timer: there is nothing to dispose of.
internal sealed class GatewayNode
#pragma warning restore CA1001
{
    // How often a drain looks whether a session has left by itself.
    private static readonly TimeSpan DrainStep = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxLinger = TimeSpan.FromSeconds(10);

    private readonly ILogger _sessionLogger;
    private readonly ILogger _ticketLogger;
    private volatile FrozenDictionary<string, Tenant> _tenants = FrozenDictionary<string, Tenant>.Empty;
    private volatile SessionTimings _timings;
    private readonly WaitingRoom _waiting = new(WaitingRoom.SeatsOfNode);
    private readonly CancellationTokenSource _draining = new();
    private int _nextShard;

    public GatewayNode(
        WsPrismConfig config,
        ITenantServiceFactory services,
        TimeProvider time,
        ILoggerFactory loggers,
        Func<Shard, IShardExecutor> executor,
        ITicketBackends? ticketBackends = null)
    {
        _sessionLogger = loggers.CreateLogger("WsPrism.Sessions");
        Time = time;
        _timings = SessionTimings.From(config.Gateway);
        Compiler = new SnapshotCompiler(services, ticketBackends);
        Defender = new HandshakeDefender(config.Gateway.HandshakeLimit, time);
        Shards = new Shard[config.Gateway.Shards > 0 ? config.Gateway.Shards : Environment.ProcessorCount];
        for (var i = 0; i < Shards.Length; i++)
        {
            Shards[i] = new Shard(i, Shards, time, loggers.CreateLogger("WsPrism.Shards")) { Executor = null!, Timings = _timings };
            Shards[i].Executor = executor(Shards[i]);
        }

        History = new NodeHistory(Shards, time);
        _ticketLogger = loggers.CreateLogger("WsPrism.Tickets");
        SetTenants(config.Tenants.Select(CreateTenant));
    }

    /// <summary>With the same services for every tenant, and those of <paramref name="own"/> beside them.</summary>
    public GatewayNode(
        WsPrismConfig config,
        IReadOnlyList<IExtService> extServices,
        IReadOnlyList<IHotService> hotServices,
        TimeProvider time,
        ILoggerFactory loggers,
        Func<Shard, IShardExecutor> executor,
        ITenantServiceFactory? own = null,
        ITicketBackends? ticketBackends = null)
        : this(config, new SharedServices(extServices, hotServices, own is null ? [] : [own]), time, loggers, executor, ticketBackends)
    {
    }

    public Shard[] Shards { get; }

    /// <summary>What the rooms' histories share.</summary>
    public NodeHistory History { get; }

    /// <summary>The tenants of this moment.</summary>
    public IReadOnlyList<Tenant> Tenants => _tenants.Values;

    /// <summary>Compiles tenants' configurations; for who changes them.</summary>
    public SnapshotCompiler Compiler { get; }

    public TimeProvider Time { get; }

    /// <summary>The times of the configuration in force; each shard has them too.</summary>
    public SessionTimings Timings
    {
        get => _timings;
        set => _timings = value;
    }

    public HandshakeDefender Defender { get; }

    /// <summary>True from the beginning of a drain: nobody new is let in.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>Cancelled when a drain begins: who waits to be let in need not wait longer.</summary>
    public CancellationToken Draining => _draining.Token;

    public Tenant? FindTenant(string id) => _tenants.GetValueOrDefault(id);

    /// <summary>A tenant that nobody finds yet.</summary>
    public Tenant CreateTenant(TenantConfig config) => new(Compiler.Compile(config, null), History, Time, _ticketLogger, _waiting);

    /// <summary>From here on these are the tenants.</summary>
    public void SetTenants(IEnumerable<Tenant> tenants) => _tenants = tenants.ToFrozenDictionary(tenant => tenant.Id);

    /// <summary>
    /// Begins a session whose seat is reserved. <paramref name="connect"/> makes the wire for it and is called at once; the session opens on its shard.
    /// </summary>
    public Session Open(Tenant tenant, Identity identity, Func<Session, ITransportConnection> connect, ResumeFailure resumeFailure = ResumeFailure.None)
    {
        var shard = ChooseShard();
        shard.Place();
        var session = Create(shard, tenant, identity, connect);
        shard.Post(() => session.Open(resumeFailure));
        return session;
    }

    /// <summary>The same for a connection that lives on a shard already; on that shard's thread, and the session is open when this returns.</summary>
    public Session OpenOn(
        Shard shard, Tenant tenant, Identity identity, Func<Session, ITransportConnection> connect, ResumeFailure resumeFailure = ResumeFailure.None)
    {
        shard.Place();
        var session = Create(shard, tenant, identity, connect);
        shard.Guard(session, session => session.Open(resumeFailure));
        return session;
    }

    /// <summary>
    /// Gives a client the session back that it claims, or where that is no longer to be had another on the same shard; on that shard's thread, with no seat reserved.
    /// <paramref name="connect"/> is called once, for the session that it gets.
    /// </summary>
    public Session ResumeOn(ResumeClaim claim, Tenant tenant, Identity identity, Func<Session, ITransportConnection> connect)
    {
        var failure = claim.Session.TryResume(claim, identity, connect);
        if (failure == ResumeFailure.None)
        {
            return claim.Session;
        }

        var shard = claim.Session.Shard;
        if (!IsDraining && tenant.Registry.TryReserveSeat(tenant.Snapshot.Config.Limits))
        {
            return OpenOn(shard, tenant, identity, connect, failure);
        }

        // It was let in for a session that has a seat, and that ended meanwhile.
        shard.Place();
        var session = Create(shard, tenant, identity, connect);
        shard.Guard(session, session => session.Refuse(
            IsDraining ? EndReason.Drained : EndReason.TenantFull,
            IsDraining ? ErrorCode.Draining : ErrorCode.ResourceExhausted,
            IsDraining ? "The gateway is going away; connect elsewhere." : "The tenant has as many sessions as it may have; wait."));
        return session;
    }

    /// <summary>
    /// Sends everybody away: told at once, then closed with 1001 one after the other over the grace time, so that they do not all come to the next gateway
    /// in the same moment. Completes when nobody is left.
    /// </summary>
    public async Task DrainAsync(TimeSpan grace, CancellationToken cancellation = default)
    {
        await _draining.CancelAsync().ConfigureAwait(false);
        var sessions = _tenants.Values.SelectMany(tenant => tenant.Registry.Sessions()).ToArray();
        foreach (var session in sessions)
        {
            session.Shard.Post(() => session.AnnounceDrain((int)grace.TotalMilliseconds));
        }

        var started = Time.GetTimestamp();
        for (var i = 0; i < sessions.Length; i++)
        {
            var session = sessions[i];
            var due = grace * (i + 1) / sessions.Length;
            while (!session.HasEnded && due - Time.GetElapsedTime(started) > TimeSpan.Zero)
            {
                await Task.Delay(DrainStep, Time, cancellation).ConfigureAwait(false);
            }

            session.Shard.Post(() => session.End(EndReason.Drained));
        }

        // A seat is taken from the last check of a handshake to the end of its session. Nobody holds one for long after the grace time, and if somebody
        // did it would be a fault that must not keep the process from ending.
        var patience = grace + TimeSpan.FromMilliseconds(Timings.WriterSendTimeoutMs) + MaxLinger;
        while ((Shards.Any(shard => shard.SessionCount > 0) || _tenants.Values.Any(tenant => tenant.Registry.SeatsTaken > 0))
            && Time.GetElapsedTime(started) < patience)
        {
            // Again and again: some were admitted before the drain but registered after the list was made.
            foreach (var session in _tenants.Values.SelectMany(tenant => tenant.Registry.Sessions()))
            {
                session.Shard.Post(() => session.End(EndReason.Drained));
            }

            await Task.Delay(DrainStep, Time, cancellation).ConfigureAwait(false);
        }
    }

    private Session Create(Shard shard, Tenant tenant, Identity identity, Func<Session, ITransportConnection> connect)
    {
        try
        {
            var session = new Session(shard, tenant, identity, _sessionLogger);
            session.Connection = connect(session);
            return session;
        }
        catch (Exception)
        {
            shard.Unplace();
            throw;
        }
    }

    // The emptier of two neighbours, going round: even, without looking at every shard.
    private Shard ChooseShard()
    {
        var index = (uint)Interlocked.Increment(ref _nextShard);
        var first = Shards[index % (uint)Shards.Length];
        var second = Shards[(index + 1) % (uint)Shards.Length];
        return second.SessionCount < first.SessionCount ? second : first;
    }
}
