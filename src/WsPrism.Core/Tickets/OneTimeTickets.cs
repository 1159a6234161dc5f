using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tickets;

/// <summary>
/// Tickets that the backend has minted through the server API and nobody has spent, of one tenant. Only hashes are kept. A ticket is
/// <code>
/// ot~id~secret        16 and 32 random bytes in base64url; the id is its name and no secret
/// </code>
/// and is spent at most once, by whoever is first. Bounded in number and in bytes; what has expired is forgotten with the next call. Safe for all threads.
/// </summary>
internal sealed class OneTimeTickets(TimeProvider time)
{
    /// <summary>Tickets that wait to be spent.</summary>
    public const int MaxTickets = 65_536;

    /// <summary>What their users, roles and rooms may take, in bytes: a list of rooms can be long.</summary>
    public const long MaxBytes = 67_108_864;

    /// <summary>Longest time to spend one.</summary>
    public const int MaxTtlMs = 3_600_000;

    private const string Prefix = "ot~";
    private const int IdLength = 22;
    private const int SecretLength = 43;
    private const int EntryBytes = 400;

    private static readonly Comparer<Entry> BySoonest = Comparer<Entry>.Create(static (a, b) =>
        a.ExpiresAtMs != b.ExpiresAtMs ? a.ExpiresAtMs.CompareTo(b.ExpiresAtMs) : string.CompareOrdinal(a.Id, b.Id));

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<Entry> _soonest = new(BySoonest);
    private long _bytes;

    /// <summary>Tickets that could be spent now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                ForgetExpired();
                return _entries.Count;
            }
        }
    }

    private long UnixTimeMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>True for what has the shape of one, good or not.</summary>
    public static bool IsOne(string ticket) => ticket.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes a ticket; null where there are too many already.</summary>
    public string? Mint(string user, int ttlMs, IReadOnlyList<string> roles, IReadOnlyList<string>? rooms, SessionLimits? limits, out long expiresAtMs)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var ticket = $"{Prefix}{id}~{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        var bytes = EntryBytes + (2L * (user.Length + roles.Sum(role => role.Length + 32) + (rooms ?? []).Sum(room => room.Length + 32)));
        lock (_gate)
        {
            ForgetExpired();
            var nowMs = UnixTimeMs;
            expiresAtMs = nowMs + ttlMs;
            if (_entries.Count == MaxTickets || _bytes + bytes > MaxBytes)
            {
                return null;
            }

            var identity = new Identity(user)
            {
                TicketId = id,
                IssuedAtMs = nowMs,
                Roles = roles,
                Rooms = rooms is null ? null : new TicketRooms(rooms),
                Limits = limits,
                IsOneTime = true,
            };
            var entry = new Entry(id, HashOf(ticket), identity, expiresAtMs, bytes);
            _entries.Add(id, entry);
            _soonest.Add(entry);
            _bytes += bytes;
            return ticket;
        }
    }

    /// <summary>Whom a ticket speaks for, which is not spent by that; null where it is not good, or not any more.</summary>
    public Identity? Find(string ticket)
    {
        if (ticket.Length != Prefix.Length + IdLength + 1 + SecretLength || ticket[Prefix.Length + IdLength] != '~')
        {
            return null;
        }

        var hash = HashOf(ticket);
        lock (_gate)
        {
            ForgetExpired();
            return _entries.TryGetValue(ticket.Substring(Prefix.Length, IdLength), out var entry) && CryptographicOperations.FixedTimeEquals(hash, entry.Hash)
                ? entry.Identity
                : null;
        }
    }

    /// <summary>Spends the ticket behind an identity that <see cref="Find"/> gave; true for the first who does, if it still can be spent.</summary>
    public bool TrySpend(Identity identity)
    {
        lock (_gate)
        {
            ForgetExpired();
            return _entries.TryGetValue(identity.TicketId!, out var entry) && ReferenceEquals(entry.Identity, identity) && Remove(entry);
        }
    }

    /// <summary>Forgets those for which this is true.</summary>
    public void Revoke(Func<Identity, bool> isRevoked)
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(entry => isRevoked(entry.Identity)).ToArray())
            {
                Remove(entry);
            }
        }
    }

    private static byte[] HashOf(string ticket) => SHA256.HashData(Encoding.UTF8.GetBytes(ticket));

    private bool Remove(Entry entry)
    {
        _soonest.Remove(entry);
        _bytes -= entry.Bytes;
        return _entries.Remove(entry.Id);
    }

    private void ForgetExpired()
    {
        while (_soonest.Min is { } entry && entry.ExpiresAtMs <= UnixTimeMs)
        {
            Remove(entry);
        }
    }

    private sealed record Entry(string Id, byte[] Hash, Identity Identity, long ExpiresAtMs, long Bytes);
}
