using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tenants;

/// <summary>
/// The fixed tickets of <c>auth.dev_tickets</c>. Exact ones are compared in constant time; a key that ends in <c>*</c> matches by prefix, and a <c>*</c> at
/// the end of its user takes what the ticket had there. Immutable.
/// </summary>
internal sealed class DevTickets
{
    private readonly (byte[] Ticket, string User)[] _exact;
    private readonly (string Prefix, string User)[] _prefixes;

    public DevTickets(IReadOnlyDictionary<string, string> tickets)
    {
        _exact = [.. tickets.Where(entry => !entry.Key.EndsWith('*')).Select(entry => (Encoding.UTF8.GetBytes(entry.Key), entry.Value))];
        _prefixes = [.. tickets.Where(entry => entry.Key.EndsWith('*')).Select(entry => (entry.Key[..^1], entry.Value))];
    }

    public Identity? Authenticate(string ticket)
    {
        string? user = null;
        var bytes = Encoding.UTF8.GetBytes(ticket);
        foreach (var (exact, name) in _exact)
        {
            user = CryptographicOperations.FixedTimeEquals(bytes, exact) ? name : user;
        }

        foreach (var (prefix, name) in _prefixes)
        {
            if (user is null && ticket.StartsWith(prefix, StringComparison.Ordinal))
            {
                user = name.EndsWith('*') ? string.Concat(name.AsSpan(0, name.Length - 1), ticket.AsSpan(prefix.Length)) : name;
            }
        }

        return user is null || Encoding.UTF8.GetByteCount(user) > Identity.MaxUserBytes ? null : new Identity(user);
    }
}
