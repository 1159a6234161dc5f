using System.Collections.Concurrent;

namespace WsPrism.Gateway.Handshake;

/// <summary>Handshakes by transport, tenant and answer. Tenants that are not in the configuration count under an empty name. Safe for all threads.</summary>
internal sealed class HandshakeCounters
{
    private readonly ConcurrentDictionary<(string Transport, string Tenant, HandshakeAnswer Answer), StrongBox> _counts = new();

    /// <summary>The counts at this moment.</summary>
    public IEnumerable<(string Transport, string Tenant, HandshakeAnswer Answer, long Count)> All =>
        _counts.Select(entry => (entry.Key.Transport, entry.Key.Tenant, entry.Key.Answer, Volatile.Read(ref entry.Value.Value)));

    public void Count(string transport, string? tenant, HandshakeAnswer answer) =>
        Interlocked.Increment(ref _counts.GetOrAdd((transport, tenant ?? string.Empty, answer), static _ => new StrongBox()).Value);

    private sealed class StrongBox
    {
        public long Value;
    }
}
