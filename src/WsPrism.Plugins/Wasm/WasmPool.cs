using WsPrism.Wasm;

namespace WsPrism.Plugins.Wasm;

/// <summary>
/// Instances of one module that nobody uses at the moment. Shards only take what is there; making one and resetting one that trapped clears its memory, which is
/// for the thread pool. There are never more than calls run at once. Safe for all threads, without a lock.
/// </summary>
internal sealed class WasmPool(WasmPlugin plugin, WasmModule module)
{
    // What is beyond is let go: more than run at once in the long run is of no use.
    private static readonly int Places = Math.Max(8, 2 * Environment.ProcessorCount);

    private readonly WasmLimits _limits = new() { MemoryBytes = plugin.Config.MemoryBytes, Fuel = plugin.Config.Fuel };
    private readonly WasmCaller?[] _idle = new WasmCaller?[Places];

    /// <summary>Takes one; null where none is there.</summary>
    public WasmCaller? TryRent()
    {
        // Each thread begins to look elsewhere, so that shards keep finding their own.
        var first = Environment.CurrentManagedThreadId % Places;
        for (var i = 0; i < Places; i++)
        {
            ref var place = ref _idle[(first + i) % Places];
            if (Volatile.Read(ref place) is not null && Interlocked.Exchange(ref place, null) is { } caller)
            {
                return caller;
            }
        }

        return null;
    }

    public void Return(WasmCaller caller)
    {
        var first = Environment.CurrentManagedThreadId % Places;
        for (var i = 0; i < Places; i++)
        {
            ref var place = ref _idle[(first + i) % Places];
            if (Volatile.Read(ref place) is null && Interlocked.CompareExchange(ref place, caller, null) is null)
            {
                return;
            }
        }
    }

    /// <summary>Makes one, and runs the module's start function.</summary>
    /// <exception cref="WasmTrapException">That trapped.</exception>
    public WasmCaller Create() => new(plugin, module, _limits);

    /// <summary>Gives back one that failed: it is made as new first, elsewhere.</summary>
    public void ReturnBroken(WasmCaller caller) =>
        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Pool.Restore(state.Caller), (Pool: this, Caller: caller), preferLocal: false);

    private void Restore(WasmCaller caller)
    {
        if (caller.TryReset())
        {
            Return(caller);
        }
    }
}
