using WsPrism.Core.Delivery;
using WsPrism.Core.Time;

namespace WsPrism.Core.Sessions;

/// <summary>
/// Watches one session's times: the heartbeat, silence, a write that makes no progress, and how long the connection may outlive the session. One node in the
/// shard's wheel serves them all: it wakes for the nearest, looks, and sleeps on; receiving only notes the time and arms nothing. Owned by the shard's
/// thread.
/// </summary>
internal sealed class SessionWatch : TimerNode
{
    private const int ProtocolErrorLingerMs = 200;

    private readonly Session _session;
    private int _toldPingIntervalMs;
    private long _lastReceivedMs;
    private long _lastPingMs;
    private long _blockedSinceMs = -1;

    public SessionWatch(Session session) => _session = session;

    private SessionTimings Timings => _session.Shard.Timings;

    // The client counts on what sys.authed told it: a reload makes pings come more often, but not more seldom.
    private int PingIntervalMs => Math.Min(_toldPingIntervalMs, Timings.PingIntervalMs);

    private long NowMs => _session.Shard.Clock.NowMs;

    /// <summary>Begins with the session, and anew with each further connection of it.</summary>
    public void Start()
    {
        _toldPingIntervalMs = Timings.PingIntervalMs;
        _lastReceivedMs = _lastPingMs = NowMs;
        _blockedSinceMs = -1;
        Arm();
    }

    /// <summary>A reload has changed the times: all count from now on, so that nobody is late by a time that did not hold.</summary>
    public void Restart()
    {
        _lastReceivedMs = NowMs;
        if (_blockedSinceMs >= 0)
        {
            _blockedSinceMs = NowMs;
        }

        Arm();
    }

    /// <summary>The client lives.</summary>
    public void NoteReceived() => _lastReceivedMs = NowMs;

    /// <summary>The wire took bytes.</summary>
    public void NoteWriteProgress() => _blockedSinceMs = -1;

    /// <summary>A flush has left the wire free, or congested: then the write time-out runs, if it does not already.</summary>
    public void NoteFlushed(bool isCongested)
    {
        if (!isCongested)
        {
            _blockedSinceMs = -1;
        }
        else if (_blockedSinceMs < 0)
        {
            _blockedSinceMs = NowMs;
            Arm();
        }
    }

    /// <summary>
    /// The session has ended: how long the connection may live on for the last frames and the peer's close. A peer that broke the framing is not understood any
    /// more, so its close would not be seen: it gets just the time to read ours before the connection goes (RFC 6455 §7.1.7).
    /// </summary>
    public void StartLinger(EndReason reason) => _session.Shard.Wheel.Arm(
        this,
        NowMs + (reason == EndReason.ProtocolError ? Math.Min(ProtocolErrorLingerMs, Timings.WriterSendTimeoutMs) : Timings.WriterSendTimeoutMs));

    /// <summary>The connection is gone, or another's.</summary>
    public void Stop() => _session.Shard.Wheel.Disarm(this);

    protected internal override void OnDue(long nowMs) => _session.Shard.Guard(_session, static session => session.Watch.Look());

    private void Look()
    {
        if (_session.HasEnded)
        {
            // The client took too long over the last frames or the close handshake.
            _session.Connection.Abort();
        }
        else if (IsWriteOverdue())
        {
            var connection = _session.Connection;
            _session.LoseConnection(EndReason.WriteTimeout);
            connection.Abort();
        }
        else if (NowMs - _lastReceivedMs >= Timings.IdleTimeoutMs)
        {
            _session.LoseConnection(EndReason.IdleTimeout);
        }
        else
        {
            if (NowMs - _lastPingMs >= PingIntervalMs && _session.HasWire)
            {
                _lastPingMs = NowMs;
                _session.Enqueue(OutboundFrame.Rent(FrameKind.Ping, DeliveryClass.Control, 0));
            }

            Arm();
        }
    }

    private bool IsWriteOverdue()
    {
        if (!HasBlockedTooLong())
        {
            return false;
        }

        // The shard itself may have been away for so long: who is cut off must have been asked once more.
        _session.RetryWire();
        return !_session.HasEnded && _session.HasWire && HasBlockedTooLong();
    }

    private bool HasBlockedTooLong() => _blockedSinceMs >= 0 && NowMs - _blockedSinceMs >= Timings.WriterSendTimeoutMs;

    private void Arm()
    {
        if (_session.HasEnded || !_session.HasWire)
        {
            return;
        }

        var due = Math.Min(_lastPingMs + PingIntervalMs, _lastReceivedMs + Timings.IdleTimeoutMs);
        if (_blockedSinceMs >= 0)
        {
            due = Math.Min(due, _blockedSinceMs + Timings.WriterSendTimeoutMs);
        }

        _session.Shard.Wheel.Arm(this, due);
    }
}
