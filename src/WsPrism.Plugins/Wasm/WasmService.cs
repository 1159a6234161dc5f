using WsPrism.Core.Dispatch;
using WsPrism.Services;

namespace WsPrism.Plugins.Wasm;

/// <summary>A module as a service. It gets a session's messages in their order, each with the state that the one before has left. Safe for all threads.</summary>
internal sealed class WasmService(WasmRunner runner) : IOrderedExtService
{
    public string Name => runner.Plugin.Config.Name;

    public void OnMessage(in ExtMessage message, IExtContext context) => runner.Run(runner.Plugin.NameUtf8, message, context);
}
