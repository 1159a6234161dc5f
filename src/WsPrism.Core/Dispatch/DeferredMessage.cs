using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// A message that is out of the line, and what the line needs to answer it. Any thread may resume it, once; all else belongs to the thread of its session's shard.
/// </summary>
internal class DeferredMessage(Session session, ExtRoute route, long startedNs) : IDeferredMessage, IShardWork
{
    // Stands in for what is to be done where nothing is.
    private static readonly Action<IExtContext> Nothing = _ => { };

    private Action<IExtContext>? _act;
    private bool _idIsNumber;
    private byte[] _idValue = [];
    private byte[] _idToken = [];

    public Session Session => session;

    public ExtRoute Route => route;

    public long StartedNs => startedNs;

    /// <summary>What the answer waits for beside the service; null for nothing.</summary>
    public CommitWait? Commit { get; set; }

    /// <summary>What the client asked to be answered under.</summary>
    public EnvelopeId Id => new() { IsNumber = _idIsNumber, Value = _idValue, RawToken = _idToken };

    public void KeepId(in EnvelopeId id)
    {
        if (id.IsPresent)
        {
            _idIsNumber = id.IsNumber;
            _idToken = id.RawToken.ToArray();
            _idValue = id.Value.ToArray();
        }
    }

    public bool Resume(Action<IExtContext> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (Interlocked.CompareExchange(ref _act, act, null) is not null)
        {
            return false;
        }

        session.Shard.Post(this);
        return true;
    }

    /// <summary>The same at once, on the thread of the session's shard; not while a service is handling a message.</summary>
    public void ResumeNow(Action<IExtContext> act)
    {
        if (Interlocked.CompareExchange(ref _act, act, null) is null)
        {
            Run(session.Shard);
        }
    }

    /// <summary>Sees to it that the message is not resumed any more; false where it was.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _act, Nothing, null) is null;

    public void Run(Shard shard)
    {
        try
        {
            Continue(shard, _act!);
        }
        catch (Exception exception)
        {
            shard.Cut(session, exception);
        }
    }

    private protected virtual void Continue(Shard shard, Action<IExtContext> act) => shard.Line.Resume(this, act);
}
