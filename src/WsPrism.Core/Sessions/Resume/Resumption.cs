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
    private readonly Session _session;

    // The token that the client has, as far as it has shown, and the next one, which it was told. Until it has shown that it has that, it is told the same again: a connection
    // may break before its first frame arrives, any number of them, and then the client has no other token; attempts that it gave up may arrive later than those behind them.
    private UInt128? _token;
    private UInt128? _next;
    private string? _nextText;
    private long _deadlineMs;
    private bool _isOverrun;

    public Resumption(Session session)
    {
        _session = session;
        session.Outbox.KeepFor(session.Tenant.ResumeMemory);
    }

    private ResumeConfig Config => _session.Tenant.Snapshot.Config.Resume;

    private long NowMs => _session.Shard.Clock.NowMs;

    /// <summary>The token that the client is about to be told.</summary>
    public string TellToken()
    {
        if (_nextText is null)
        {
            _nextText = ResumeToken.Create(out var token);
            _next = token;
            _session.Tenant.Resumes.Add(token, _session);
        }

        return _nextText;
    }

    /// <summary>The client has answered the ping behind its first frame: it has the token that it was told, the one before is used up.</summary>
    public void OnTokenShown()
    {
        if (_next is null)
        {
            return;
        }

        if (_token is { } used)
        {
            _session.Tenant.Resumes.Remove(used);
        }

        (_token, _next, _nextText) = (_next, null, null);
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
    public bool Knows(UInt128 token) => token == _token || token == _next;

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
        if (claim.Token == _next)
        {
            OnTokenShown(); // it has it, whatever became of its pong
        }

        var behind = _session.Outbox.CountBehind(claim.Position);
        _session.TenantShard.Counters.Replayed += behind;
        var greeting = _session.Shard.Line.System.Resumed(_session, Config.WindowMs > 0 ? TellToken() : null, claim.Position, behind);
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
        Forget(_token);
        Forget(_next);
        _token = _next = null;

        void Forget(UInt128? token)
        {
            if (token is { } known)
            {
                _session.Tenant.Resumes.Remove(known, failure);
            }
        }
    }

    protected internal override void OnDue(long nowMs) => _session.Shard.Guard(_session, static session => session.End(EndReason.ResumeExpired));
}
