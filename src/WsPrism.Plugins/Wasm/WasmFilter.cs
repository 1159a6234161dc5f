using WsPrism.Core.Dispatch;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.Plugins.Wasm;

/// <summary>A module as a filter. While it is switched off nothing passes: keeping bad messages out is what filters are for. Safe for all threads.</summary>
internal sealed class WasmFilter(WasmRunner runner) : IExtFilter
{
    public string Name => runner.Plugin.Config.Name;

    public void OnMessage(in Envelope message, IFilterContext context) =>
        runner.Run(message.Svc, new ExtMessage { Type = message.Type, Room = message.Room, Data = message.Data, Id = message.Id.RawToken }, context);
}
