using WsPrism.Configuration;

namespace WsPrism.Gateway.Reload;

/// <summary>Where the configuration comes from.</summary>
/// <param name="Name">As people are told.</param>
/// <param name="File">The file to watch; null where there is none.</param>
/// <param name="Load">Reads it anew; null where there is nothing to read, and nothing ever changes.</param>
internal sealed record ConfigOrigin(string Name, string? File, Func<ConfigLoadResult>? Load);
