using Microsoft.Extensions.Logging;
using WsPrism.Plugins.Native;
using WsPrism.Plugins.Scripts;
using WsPrism.Plugins.Wasm;

namespace WsPrism.Plugins;

/// <summary>The kinds of plugins that there are.</summary>
internal static class PluginKinds
{
    /// <summary>All of them; what they log, and what plugins log, goes to <paramref name="loggers"/>.</summary>
    public static IReadOnlyList<IPluginKind> Create(TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("WsPrism.Plugins");
        return [new NativeKind(time, logger), new ScriptKind(time, logger), new WasmKind(time, logger)];
    }
}
