using WsPrism.Core.Configuration;

namespace WsPrism.Configuration;

/// <summary>What came of loading a file: a configuration, or every reason why there is none.</summary>
/// <param name="Config">The configuration; null where there are errors.</param>
/// <param name="Errors">All errors, in the order of the file.</param>
/// <param name="Warnings">What is allowed but should be known, in the order of the file.</param>
/// <param name="Source">Where each key was written.</param>
public sealed record ConfigLoadResult(
    WsPrismConfig? Config,
    IReadOnlyList<ConfigProblem> Errors,
    IReadOnlyList<ConfigProblem> Warnings,
    ConfigSourceMap Source);
