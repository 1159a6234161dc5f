namespace WsPrism.Plugins;

/// <summary>A plugin of a configuration that cannot be loaded.</summary>
/// <param name="Path">The key that names its file, for example <c>tenants[0].services.ext[2].file</c>.</param>
/// <param name="Message">What is wrong with the file.</param>
internal sealed record PluginProblem(string Path, string Message);
