using WsPrism.Configuration;

namespace WsPrism.Gateway.Reload;

/// <summary>What a reload did, or why not. Immutable; names keys, never a value.</summary>
internal sealed record ReloadReport(ReloadOutcome Outcome)
{
    /// <summary>Everything that is wrong with the file.</summary>
    public IReadOnlyList<ConfigProblem> Errors { get; init; } = [];

    /// <summary>What is allowed but should be known.</summary>
    public IReadOnlyList<ConfigProblem> Warnings { get; init; } = [];

    /// <summary>Keys of <c>gateway</c> that changed.</summary>
    public IReadOnlyList<string> Gateway { get; init; } = [];

    /// <summary>Tenants that are new.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];

    /// <summary>Tenants that are gone.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>Tenants that are different, with their keys.</summary>
    public IReadOnlyList<TenantChange> Changed { get; init; } = [];

    /// <summary>Keys that the file says differently from what runs, and that need a restart.</summary>
    public IReadOnlyList<string> NeedsRestart { get; init; } = [];
}

/// <summary>The keys of one tenant that changed, relative to it.</summary>
internal sealed record TenantChange(string Tenant, IReadOnlyList<string> Keys);
