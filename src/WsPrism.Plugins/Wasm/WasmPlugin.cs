using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Services;
using WsPrism.Wasm;

namespace WsPrism.Plugins.Wasm;

/// <summary>
/// A WebAssembly module as a service or, where <c>services.filters</c> names it, as a filter. Safe for all threads. Nothing of it has to be disposed of: what is
/// under way when it is replaced ends as it would have.
/// </summary>
internal sealed class WasmPlugin : Plugin
{
    // Measured (docs/benchmarks.md): 6 µs of ordinary code, 55 µs where bulk instructions fill memory, milliseconds where each load misses the caches. What a shard may give to one message.
    private const long MaxInlineFuel = 50_000;

    public WasmPlugin(string tenant, ExtServiceConfig config, WasmModule module, TimeProvider time, ILogger logger)
        : base(tenant, config)
    {
        NameUtf8 = Encoding.UTF8.GetBytes(config.Name);
        Time = time;
        InlineFuel = Math.Min(MaxInlineFuel, config.Fuel);
        Log = new WasmLog(this, time, logger);
        Switch = new FailureSwitch(this, time, logger);
        Pool = new WasmPool(this, module);

        // More than there are cores would only get in each other's way.
        Lines = new CallLines(Math.Min(config.MaxInFlight, Environment.ProcessorCount), config.MaxQueue);
        Ext = new WasmService(new WasmRunner(this, WasmVerdict.ReadService));
        Filter = new WasmFilter(new WasmRunner(this, WasmVerdict.ReadFilter));
    }

    public override IExtService Ext { get; }

    public override IExtFilter Filter { get; }

    public byte[] NameUtf8 { get; }

    public TimeProvider Time { get; }

    /// <summary>What a call may use on a shard's thread.</summary>
    public long InlineFuel { get; }

    public WasmPool Pool { get; }

    /// <summary>Calls that need more than that.</summary>
    public CallLines Lines { get; }

    public InlineTrials Inline { get; } = new();

    public FailureSwitch Switch { get; }

    public WasmLog Log { get; }
}
