namespace WsPrism.Configuration;

/// <summary>One thing that is wrong, or worth a warning, in a configuration file.</summary>
/// <param name="File">The file as it was named to the loader.</param>
/// <param name="Line">Line, from 1; 0 where the file could not be read at all.</param>
/// <param name="Column">Column, from 1; 0 where the file could not be read at all.</param>
/// <param name="Path">The key, for example <c>tenants[2].limits.max_rooms_total</c>; empty where it is about the file.</param>
/// <param name="Message">What was expected, what came instead, and what may have been meant. Never a substituted value, a ticket or a password.</param>
public sealed record ConfigProblem(string File, int Line, int Column, string Path, string Message)
{
    /// <summary><c>wsprism.yaml:12:5: tenants[0].policy.rate_limit_rps: must be …</c></summary>
    public override string ToString()
    {
        var place = Line == 0 ? File : $"{File}:{Line}:{Column}";
        return Path.Length == 0 ? $"{place}: {Message}" : $"{place}: {Path}: {Message}";
    }
}
