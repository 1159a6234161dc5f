using WsPrism.Core.Time;

namespace WsPrism.Core.Sessions;

/// <summary>
/// Watches the end of a session's ticket: tells the client in time, and ends the session when no newer ticket came. Made for tickets that end; others cost no
/// timer. Owned by the shard's thread.
/// </summary>
internal sealed class TicketWatch : TimerNode
{
    // Time to fetch a new ticket. A ticket that lives less than ten times that is announced in the last tenth of its life.
    private const int MaxWarningMs = 30_000;
    private const int WarningPart = 10;

    // How far the wall clock may be set forward, or the machine sleep, and a session outlive its ticket.
    private const int MaxNapMs = 30_000;

    private readonly Session _session;
    private long _expiresAtMs;
    private long _warnAtMs;
    private bool _isAnnounced;

    public TicketWatch(Session session) => _session = session;

    private long UnixTimeMs => _session.Shard.Clock.UnixTimeMs;

    /// <summary>Watches a ticket that ends then, instead of the one before.</summary>
    public void Start(long expiresAtMs)
    {
        if (_session.HasEnded)
        {
            return;
        }

        _expiresAtMs = expiresAtMs;
        _isAnnounced = false;
        _warnAtMs = expiresAtMs - Math.Min(MaxWarningMs, (expiresAtMs - UnixTimeMs) / WarningPart);
        ArmFor(_warnAtMs);
    }

    /// <summary>There is nothing to watch any more.</summary>
    public void Stop() => _session.Shard.Wheel.Disarm(this);

    protected internal override void OnDue(long nowMs) => _session.Shard.Guard(_session, static session => session.TicketWatch!.Look());

    // The time has come by the shard's clock; the wall clock, which tickets go by, may have been set meanwhile.
    private void Look()
    {
        if (_session.HasEnded)
        {
            return;
        }

        var leftMs = _expiresAtMs - UnixTimeMs;
        if (leftMs <= 0)
        {
            _session.End(EndReason.TicketExpired);
        }
        else if (!_isAnnounced && UnixTimeMs < _warnAtMs)
        {
            ArmFor(_warnAtMs);
        }
        else
        {
            // Armed first: an outbox that has no place for the notice ends the session, and with it this watch.
            ArmFor(_expiresAtMs);
            if (!_isAnnounced && _session.HasWire)
            {
                _isAnnounced = true;
                _session.Enqueue(_session.Shard.Line.System.Expiring(leftMs));
            }
        }
    }

    private void ArmFor(long unixTimeMs) => _session.Shard.Wheel.Arm(this, _session.Shard.Clock.NowMs + Math.Clamp(unixTimeMs - UnixTimeMs, 0, MaxNapMs));
}
