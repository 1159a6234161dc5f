using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Plugins.Native;

/// <summary>Stands between the line and a native plugin on the Ext lane: names it, counts, and spares it while it is switched off. Called by all shards at once.</summary>
internal sealed class NativeExtService(NativePlugin plugin, IExtService service) : IExtService, IFaultListener
{
    private volatile IExtService? _service = service;

    public string Name => plugin.Config.Name;

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (_service is not { } service || plugin.Switch.IsOff)
        {
            context.Fail(ErrorCode.ServiceUnavailable, PluginTexts.Off);
            return;
        }

        plugin.Counters.CountCall();
        service.OnMessage(message, context);
        plugin.Switch.Succeeded();
    }

    public void OnFault(Exception exception, Session session) => plugin.Fail(exception, session);

    /// <summary>Lets go of the plugin: no shard calls it any more.</summary>
    public void Let() => _service = null;
}
