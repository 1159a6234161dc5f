using Microsoft.Extensions.Logging;
using WsPrism.Core.Delivery;
using WsPrism.Core.Handshake;
using WsPrism.Core.Market;
using WsPrism.Core.Parties;
using WsPrism.Core.Policies;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tickets;

namespace WsPrism.Core.Tenants;

/// <summary>
/// A tenant on this node: the snapshot in force, who is here, and each shard's part. The snapshot is swapped whole by a reload; everything else lives as
/// long as the tenant. Safe for all threads, but for <see cref="Shards"/>, each of which is its shard's.
/// </summary>
internal sealed class Tenant
{
    private TenantSnapshot _snapshot;
    private volatile bool _isRemoved;

    public Tenant(TenantSnapshot snapshot, NodeHistory history, TimeProvider time, ILogger ticketLogger, WaitingRoom waiting)
    {
        var shards = history.Shards;
        History = new TenantHistory(this, history);
        Waiting = new WaitingRoom(WaitingRoom.SeatsOfTenant, waiting);
        OneTime = new OneTimeTickets(time);
        Revocations = new Revocations(time);
        _snapshot = snapshot;
        ResumeMemory = new ResumeMemory(snapshot.Config.Resume);
        Registry = new TenantRegistry(shards.Length);
        Parties = new PartyBook(this);
        Tickets = new TicketInspector(this, time, ticketLogger);
        ServerIds = new RecentIds(time);
        var ext = new SharedRateBucket(time);
        var hot = new SharedRateBucket(time);
        Shards = new TenantShard[shards.Length];
        for (var i = 0; i < shards.Length; i++)
        {
            Shards[i] = new TenantShard(ext, hot);
        }

        Market = new TenantMarket(this, shards);
    }

    public string Id => Snapshot.Config.Id;

    /// <summary>The configuration in force. Read it once per message: a reload may change it between two reads.</summary>
    public TenantSnapshot Snapshot
    {
        get => Volatile.Read(ref _snapshot);
        set
        {
            Volatile.Write(ref _snapshot, value);
            ResumeMemory.Configure(value.Config.Resume);
        }
    }

    /// <summary>True once a reload has taken the tenant out of the configuration: nobody new is let in, and who is here is sent away.</summary>
    public bool IsRemoved
    {
        get => _isRemoved;
        set => _isRemoved = value;
    }

    public TenantRegistry Registry { get; }

    public PartyBook Parties { get; }

    /// <summary>Sessions by the tokens with which they can be resumed.</summary>
    public ResumeTable Resumes { get; } = new();

    /// <summary>What all buffers for resumes hold.</summary>
    public ResumeMemory ResumeMemory { get; }

    public TicketInspector Tickets { get; }

    /// <summary>Handshakes and refreshes that wait for somebody outside.</summary>
    public WaitingRoom Waiting { get; }

    /// <summary>Tickets that the backend has minted and nobody has spent.</summary>
    public OneTimeTickets OneTime { get; }

    /// <summary>Tickets that the backend has revoked.</summary>
    public Revocations Revocations { get; }

    /// <summary>What rooms have said of late.</summary>
    public TenantHistory History { get; }

    public TenantShard[] Shards { get; }

    /// <summary>The instruments, their values and who is subscribed to them.</summary>
    public TenantMarket Market { get; }

    /// <summary>What the server API has answered of late, by the ids that the backend gave.</summary>
    public RecentIds ServerIds { get; }
}
