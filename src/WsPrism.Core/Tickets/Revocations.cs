using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tickets;

/// <summary>
/// What the backend has revoked, of one tenant: a user's tickets issued so far, single tickets by id, all issued before a time. A ticket that does not say when
/// it was issued counts as issued before. Remembered in memory for as long as a ticket may live (<c>auth.jwt.max_ttl_ms</c>; where tickets may live for ever,
/// as long as the process), at most <see cref="MaxEntries"/>. Safe for all threads; while nothing is revoked asking costs one read.
/// </summary>
internal sealed class Revocations(TimeProvider time)
{
    /// <summary>Users and ids remembered; an entry takes about 200 bytes.</summary>
    public const int MaxEntries = 65_536;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _ticketIds = new(StringComparer.Ordinal);
    private long _issuedBeforeMs = long.MinValue;
    private long _lastSweepMs;
    private volatile bool _isAny;

    /// <summary>Entries remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _users.Count + _ticketIds.Count;
            }
        }
    }

    /// <summary>Revokes the tickets that a user has now; false where no more can be remembered.</summary>
    public bool TryRevokeUser(string user, AuthConfig auth) => TryAdd(_users, user, auth);

    /// <summary>Revokes one ticket; false where no more can be remembered.</summary>
    public bool TryRevokeTicket(string id, AuthConfig auth) => TryAdd(_ticketIds, id, auth);

    /// <summary>Revokes all tickets issued before a time. What was revoked one by one before that is covered by it.</summary>
    public void RevokeIssuedBefore(long unixTimeMs)
    {
        lock (_gate)
        {
            _issuedBeforeMs = Math.Max(_issuedBeforeMs, unixTimeMs);
            Forget(_issuedBeforeMs);
            _isAny = true;
        }
    }

    /// <summary>True where the ticket behind an identity is revoked.</summary>
    public bool Covers(Identity identity)
    {
        if (!_isAny)
        {
            return false;
        }

        var issuedAtMs = identity.IssuedAtMs ?? long.MinValue;
        lock (_gate)
        {
            return issuedAtMs < _issuedBeforeMs
                || (issuedAtMs == long.MinValue && _issuedBeforeMs != long.MinValue)
                || (identity.TicketId is { } id && _ticketIds.ContainsKey(id))
                || (_users.TryGetValue(identity.User, out var revokedAtMs) && issuedAtMs < revokedAtMs);
        }
    }

    private bool TryAdd(Dictionary<string, long> entries, string name, AuthConfig auth)
    {
        lock (_gate)
        {
            var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            if (auth.Jwt is { MaxTtlMs: > 0 } jwt && auth.DevTickets.Count == 0 && nowMs - _lastSweepMs > jwt.MaxTtlMs / 16)
            {
                // The skew twice: the issuer's clock may be behind when it signs, and is allowed for again when the ticket ends.
                _lastSweepMs = nowMs;
                Forget(nowMs - jwt.MaxTtlMs - (2L * jwt.ClockSkewMs));
            }

            if (!entries.ContainsKey(name) && _users.Count + _ticketIds.Count >= MaxEntries)
            {
                return false;
            }

            entries[name] = nowMs;
            _isAny = true;
            return true;
        }
    }

    private void Forget(long beforeMs)
    {
        foreach (var entries in new[] { _users, _ticketIds })
        {
            foreach (var name in entries.Where(entry => entry.Value < beforeMs).Select(entry => entry.Key).ToArray())
            {
                entries.Remove(name);
            }
        }
    }
}
