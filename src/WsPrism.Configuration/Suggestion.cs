namespace WsPrism.Configuration;

/// <summary>Finds what may have been meant by a name that is not known.</summary>
internal static class Suggestion
{
    private const int MaxLength = 64;

    /// <summary><c>, did you mean "listen"?</c> or nothing.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var best = Nearest(name, known);
        return best is null ? "" : $", did you mean \"{best}\"?";
    }

    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > MaxLength)
            return null;
        var normal = name.ToLowerInvariant().Replace('-', '_');
        string? best = null;
        var bestDistance = 1 + Math.Max(1, name.Length / 3);
        foreach (var candidate in known)
        {
            var distance = Distance(normal, candidate);
            if (distance < bestDistance && distance < candidate.Length)
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    // Optimal string alignment: insertions, deletions, replacements, and two neighbours swapped, each counts 1.
    private static int Distance(string a, string b)
    {
        var beforeLast = new int[b.Length + 1];
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last) = (last, row);
        }

        return last[b.Length];
    }
}
