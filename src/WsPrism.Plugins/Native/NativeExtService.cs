using WsPrism.Core.Dispatch;
using WsPrism.Services;

namespace WsPrism.Plugins.Native;

/// <summary>A native plugin on the Ext lane.</summary>
internal sealed class NativeExtService(NativePlugin plugin, IExtService service) : NativeService<IExtService>(plugin, service), IExtService
{
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (TryBegin(out var service))
        {
            service.OnMessage(message, context);
            if (((ExtContext)context).Deferred is null)
            {
                Succeeded();
            }
        }
        else
        {
            context.Fail(OffCode, PluginTexts.Off);
        }
    }
}
