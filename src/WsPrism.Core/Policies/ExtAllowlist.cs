namespace WsPrism.Core.Policies;

/// <summary>
/// The compiled <c>policy.ext_allowlist</c>: deny by default. Two hash look-ups, <c>svc</c> then <c>type</c>; nothing is allocated. Immutable.
/// </summary>
internal sealed class ExtAllowlist
{
    /// <summary>No entry.</summary>
    public const int None = -1;

    private readonly Utf8Map<ServiceEntries> _services;

    public ExtAllowlist(IReadOnlyList<string> entries)
    {
        var parsed = entries.Select((entry, index) => (Svc: entry[..entry.IndexOf(':')], Type: entry[(entry.IndexOf(':') + 1)..], Index: index));
        _services = new Utf8Map<ServiceEntries>(parsed.GroupBy(entry => entry.Svc).Select(group => KeyValuePair.Create(
            group.Key,
            new ServiceEntries(
                group.Where(entry => entry.Type == "*").Select(entry => entry.Index).DefaultIfEmpty(None).First(),
                new Utf8Map<int>(group.Where(entry => entry.Type != "*").DistinctBy(entry => entry.Type).Select(entry => KeyValuePair.Create(entry.Type, entry.Index)))))));
    }

    /// <summary>Position in the configured list of the entry that allows this message, the exact one before <c>svc:*</c>; or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> svc, ReadOnlySpan<byte> type)
    {
        if (!_services.TryGetValue(svc, out var entries))
        {
            return None;
        }

        return entries.Types.TryGetValue(type, out var index) ? index : entries.Wildcard;
    }

    private sealed record ServiceEntries(int Wildcard, Utf8Map<int> Types);
}
