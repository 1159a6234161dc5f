namespace WsPrism.Core.ServerApi;

/// <summary>One page of a list in the order of its keys. <see cref="Next"/> is the key after which the next page begins; null at the end.</summary>
internal readonly record struct ListPage<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Cuts pages out of lists that change: a page begins after a key, whether that is still there or not, so nothing that stays is left out or shown twice.</summary>
internal static class ListPage
{
    /// <summary>The first <paramref name="limit"/> items after <paramref name="after"/>, by key; keys are compared by their UTF-16 code units.</summary>
    public static ListPage<T> Cut<T>(IEnumerable<T> items, Func<T, string> key, string? after, int limit)
    {
        // Taking from an ordered sequence finds the first ones without sorting all.
        var first = items.Where(item => after is null || string.CompareOrdinal(key(item), after) > 0)
            .OrderBy(key, StringComparer.Ordinal).Take(limit + 1).ToList();
        if (first.Count <= limit)
        {
            return new ListPage<T>(first, null);
        }

        first.RemoveAt(limit);
        return new ListPage<T>(first, key(first[^1]));
    }
}
