using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Services;

namespace WsPrism.Plugins.Native;

/// <summary>The same as <see cref="NativeExtService"/> on the Hot lane. It allocates nothing. Called by all shards at once.</summary>
internal sealed class NativeHotService(NativePlugin plugin, IHotService service) : IHotService, IFaultListener
{
    private volatile IHotService? _service = service;

    public string Name => plugin.Config.Name;

    public void OnFrame(in HotFrame frame, IHotContext context)
    {
        if (_service is not { } service || plugin.Switch.IsOff)
        {
            context.Fail(ErrorCode.ServiceUnavailable, PluginTexts.Off);
            return;
        }

        plugin.Counters.CountCall();
        service.OnFrame(frame, context);
        plugin.Switch.Succeeded();
    }

    public void OnFault(Exception exception, Session session) => plugin.Fail(exception, session);

    /// <summary>Lets go of the plugin: no shard calls it any more.</summary>
    public void Let() => _service = null;
}
