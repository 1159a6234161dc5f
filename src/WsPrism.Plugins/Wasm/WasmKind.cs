using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Wasm;

namespace WsPrism.Plugins.Wasm;

/// <summary>Loads WebAssembly modules: parsed, checked against the ABI, compiled and tried out before anything of them is in force. Safe for all threads.</summary>
internal sealed class WasmKind(TimeProvider time, ILogger logger) : IPluginKind
{
    public ExtServiceKind Kind => ExtServiceKind.Wasm;

    public Plugin Load(string tenant, ExtServiceConfig config)
    {
        try
        {
            var module = WasmModule.Parse(config.File!.Content.Span);
            WasmAbi.Check(module, config.MemoryBytes);
            module.Compile();
            var plugin = new WasmPlugin(tenant, config, module, time, logger);

            // So that what cannot be made an instance of is known now, and the first message finds one.
            plugin.Pool.Return(plugin.Pool.Rent());
            return plugin;
        }
        catch (WasmFormatException exception)
        {
            throw new PluginException($"{config.File!.Name} is no module of WebAssembly 2.0 without SIMD: {exception.Message}", exception);
        }
        catch (WasmLinkException exception)
        {
            throw new PluginException($"{config.File!.Name} cannot be instantiated: {exception.Message}", exception);
        }
        catch (WasmTrapException exception)
        {
            throw new PluginException($"{config.File!.Name} cannot be instantiated, its start trapped: {exception.Message}", exception);
        }
        catch (PluginException exception) when (exception.InnerException is null)
        {
            throw new PluginException($"{config.File!.Name} {exception.Message}", exception);
        }
    }
}
