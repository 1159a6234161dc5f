using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// Where a session's messages wait while one before them is out: at the filters, or at a service that keeps their order. They go on one a turn, so that a session
/// that has many does not hold up its shard. Owned by the shard's thread.
/// </summary>
internal sealed class SessionQueue(Session session, ExtRoute? route) : IShardWork
{
    private readonly Queue<HeldMessage> _waiting = new();
    private bool _isOut;

    /// <summary>The service that it is of; null where it is before the filters.</summary>
    public ExtRoute? Route => route;

    /// <summary>True while one is out or others wait: whatever comes has to wait too.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>One is out now.</summary>
    public void GoOut() => IsBusy = _isOut = true;

    /// <summary>The one that was out is back, or lost with its session. It may go out again before its turn ends.</summary>
    public void BeginTurn() => _isOut = false;

    /// <summary>It is the next one's turn, unless the one whose turn it was went out.</summary>
    public void EndTurn()
    {
        if (_isOut)
        {
            return;
        }

        IsBusy = _waiting.Count > 0;
        if (IsBusy)
        {
            session.Shard.Post(this);
        }
    }

    /// <summary>Takes in a message; false where the session has as many as may wait.</summary>
    public bool TryHold(in Envelope envelope, ExtRoute target, TenantSnapshot tenant)
    {
        var message = new HeldMessage(session, target, tenant, filter: -1, startedNs: 0);
        if (!(session.Deferred ??= new DeferredMessages()).TryAdd(message))
        {
            return false;
        }

        session.TenantShard.Counters.Deferred++;
        message.Keep(envelope);
        _waiting.Enqueue(message);
        return true;
    }

    public void Run(Shard shard)
    {
        var message = _waiting.Dequeue();
        session.Deferred!.Remove(message);
        session.TenantShard.Counters.Deferred--;
        try
        {
            if (!session.HasEnded)
            {
                shard.Line.GoOn(message, this);
            }
        }
        catch (Exception exception)
        {
            shard.Cut(session, exception);
        }

        EndTurn();
    }
}
