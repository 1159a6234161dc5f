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

    // The latest token, and the one that got the client its present connection. That one stays good until the client has shown that it has the latest: a
    // connection may break before its first frame arrives, and then the client has no other.
    private UInt128? _token;
    private UInt128? _usedToken;
    private long _deadlineMs;
    private bool _isOverrun;

    public Resumption(Session session)
    {
        _session = session;
        session.Outbox.Sent = new SentFrames(session.Tenant.ResumeMemory);
    }

    private ResumeConfig Config => _session.Tenant.Snapshot.Config.Resume;

    private long NowMs => _session.Shard.Clock.NowMs;

    /// <summary>A new token, which the client is about to be told.</summary>
    public string IssueToken()
    {
        var text = ResumeToken.Create(out var token);
        _session.Tenant.Resumes.Add(token, _session);
        _token = token;
        return text;
    }

    /// <summary>The client has answered the ping behind its first frame: it has the latest token, the one before is used up.</summary>
    public void OnPong()
    {
        if (_usedToken is { } used)
        {
            _session.Tenant.Resumes.Remove(used);
            _usedToken = null;
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
    public bool Knows(UInt128 token) => token == _token || token == _usedToken;

    /// <summary>Whether a client at this position may have the session back now, which waits.</summary>
    public ResumeFailure Judge(long position)
    {
        var sent = _session.Outbox.Sent!;
        return NowMs > _deadlineMs ? ResumeFailure.Expired
            : position < 0 || position > sent.Position ? ResumeFailure.Position
            : position < sent.Start ? ResumeFailure.Overrun
            : ResumeFailure.None;
    }

    /// <summary>The client is back, and its claim was found good: the session has a wire again, and what the client has missed goes first.</summary>
    public void Attach(ResumeClaim claim)
    {
        _session.Shard.Wheel.Disarm(this);
        _session.TenantShard.Counters.Detached--;
        UseToken(claim.Token);
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
            _ => _isOverrun ? ResumeFailure.Overrun : ResumeFailure.Unknown,
        };
        Forget(_token, failure);
        Forget(_usedToken, failure);
        _token = _usedToken = null;
    }

    protected internal override void OnDue(long nowMs) => _session.Shard.Guard(_session, static session => session.End(EndReason.ResumeExpired));

    private void UseToken(UInt128 used)
    {
        foreach (var other in (ReadOnlySpan<UInt128?>)[_token, _usedToken])
        {
            if (other is { } token && token != used)
            {
                _session.Tenant.Resumes.Remove(token);
            }
        }

        (_token, _usedToken) = (null, used);
    }

    private void Forget(UInt128? token, ResumeFailure failure)
    {
        if (token is { } hash)
        {
            if (failure == ResumeFailure.Unknown)
            {
                _session.Tenant.Resumes.Remove(hash);
            }
            else
            {
                _session.Tenant.Resumes.Remove(hash, failure);
            }
        }
    }
}
