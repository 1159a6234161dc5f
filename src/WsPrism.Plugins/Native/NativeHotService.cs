using WsPrism.Protocol.Hot;
using WsPrism.Services;

namespace WsPrism.Plugins.Native;

/// <summary>A native plugin on the Hot lane. It allocates nothing.</summary>
internal sealed class NativeHotService(NativePlugin plugin, IHotService service) : NativeService<IHotService>(plugin, service), IHotService
{
    public void OnFrame(in HotFrame frame, IHotContext context)
    {
        if (TryBegin(out var service))
        {
            service.OnFrame(frame, context);
            Succeeded();
        }
        else
        {
            context.Fail(OffCode, PluginTexts.Off);
        }
    }
}
