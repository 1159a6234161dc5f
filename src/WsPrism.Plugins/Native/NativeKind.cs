using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;

namespace WsPrism.Plugins.Native;

/// <summary>Plugins that are .NET assemblies. Safe for all threads.</summary>
internal sealed class NativeKind(TimeProvider time, ILogger logger) : IPluginKind
{
    public ExtServiceKind Kind => ExtServiceKind.Native;

    public Plugin Load(string tenant, ExtServiceConfig config) => NativePlugin.Load(tenant, config, time, logger);
}
