using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Time;

namespace WsPrism.Core.Sessions.Resume;

/// <summary>
/// What makes a session outlive its connections: its tokens, the envelopes that it was sent last, and the time that it waits for its client. It is the node in the
/// shard's wheel that ends the wait. Made for sessions of tenants with <c>resume.window_ms</c>; others have none. Owned by the shard's thread.
/// </summary>
internal sealed class Resumption : TimerNode
{
    // How many tokens are good at once, at most.
    private const int MaxTokens = 4;

    private readonly Session _session;

    // Good tokens, the latest last. A token is used up when the client has shown that it has a later one: a connection may break before its first frame arrives, and
    // then the client has no other; it may even be the earlier of two attempts that arrives later.
    private readonly List<UInt128> _tokens = new(2);
    private long _deadlineMs;
    private bool _isOverrun;

    public Resumption(Session session)
    {
        _session = session;
        session.Outbox.KeepFor(session.Tenant.ResumeMemory);
    }

    private ResumeConfig Config => _session.Tenant.Snapshot.Config.Resume;

    private long NowMs => _session.Shard.Clock.NowMs;

    /// <summary>A new token, which the client is about to be told.</summary>
    public string IssueToken()
    {
        var text = ResumeToken.Create(out var token);
        _session.Tenant.Resumes.Add(token, _session);
        _tokens.Add(token);
        return text;
    }

    /// <summary>The client has answered the ping behind its first frame: it has the latest token, those before are used up.</summary>
    public void OnPong()
    {
        while (_tokens.Count > 1)
        {
            _session.Tenant.Resumes.Remove(_tokens[0]);
            _tokens.RemoveAt(0);
        }
    }

    /// <summary>The connection is gone, or about to: the session waits for another. False where it does not, and is to end.</summary>
    public bool TryDetach()
    {
        var window = Config.WindowMs;
        if (window == 0)
        {
            return false;
        }

        _isOverrun = !_session.Outbox.TryDetach();
        if (_isOverrun)
        {
            return false;
        }

        _deadlineMs = NowMs + window;
        _session.Shard.Wheel.Arm(this, _deadlineMs);
        _session.TenantShard.Counters.Detached++;
        return true;
    }

    /// <summary>True where this token still gets a client the session.</summary>
    public bool Knows(UInt128 token) => _tokens.Contains(token);

    /// <summary>Whether a client at this position may have the session back now, which waits.</summary>
    public ResumeFailure Judge(long position)
    {
        var buffer = _session.Outbox.Resume!;
        return NowMs > _deadlineMs ? ResumeFailure.Expired
            : position < 0 || position > buffer.Position ? ResumeFailure.Position
            : position < buffer.Start ? ResumeFailure.Overrun
            : ResumeFailure.None;
    }

    /// <summary>The client is back, and its claim was found good: the session has a wire again, and what the client has missed goes first.</summary>
    public void Attach(ResumeClaim claim)
    {
        _session.Shard.Wheel.Disarm(this);
        _session.TenantShard.Counters.Detached--;
        MakeRoomForToken(claim.Token);
        var behind = _session.Outbox.CountBehind(claim.Position);
        _session.TenantShard.Counters.Replayed += behind;
        var greeting = _session.Shard.Line.System.Resumed(_session, Config.WindowMs > 0 ? IssueToken() : null, claim.Position, behind);
        _session.Outbox.Attach(greeting, OutboundFrame.Rent(FrameKind.Ping, DeliveryClass.Control, 0), claim.Position);
    }

    /// <summary>The session has ended.</summary>
    public void Close(EndReason reason)
    {
        _session.Shard.Wheel.Disarm(this);
        if (_session.Outbox.IsDetached)
        {
            _session.TenantShard.Counters.Detached--;
        }

        _session.Outbox.StopKeeping();
        var failure = reason switch
        {
            EndReason.ResumeExpired => ResumeFailure.Expired,
            EndReason.ResumeOverrun or EndReason.QueueOverflow => ResumeFailure.Overrun,
            _ when _isOverrun => ResumeFailure.Overrun,
            _ => ResumeFailure.Unknown,
        };
        foreach (var token in _tokens)
        {
            _session.Tenant.Resumes.Remove(token, failure);
        }

        _tokens.Clear();
    }

    protected internal override void OnDue(long nowMs) => _session.Shard.Guard(_session, static session => session.End(EndReason.ResumeExpired));

    private void MakeRoomForToken(UInt128 used)
    {
        if (_tokens.Count == MaxTokens)
        {
            var oldest = _tokens[0] == used ? 1 : 0;
            _session.Tenant.Resumes.Remove(_tokens[oldest]);
            _tokens.RemoveAt(oldest);
        }
    }
}
