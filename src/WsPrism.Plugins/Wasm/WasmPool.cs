using System.Collections.Concurrent;
using WsPrism.Wasm;

namespace WsPrism.Plugins.Wasm;

/// <summary>
/// Instances of one module that nobody uses at the moment. Shards only take what is there; making one and resetting one that trapped clears its memory, which is
/// for the thread pool, where who needs an instance takes one that waits to be reset before another is made. So there are never more than are at work at once.
/// Safe for all threads, without a lock.
/// </summary>
internal sealed class WasmPool(WasmPlugin plugin, WasmModule module)
{
    // What is beyond is let go: more than run at once in the long run is of no use.
    private static readonly int Places = Math.Max(8, 2 * Environment.ProcessorCount);

    private readonly WasmLimits _limits = new() { MemoryBytes = plugin.Config.MemoryBytes, Fuel = plugin.Config.Fuel };
    private readonly WasmCaller?[] _idle = new WasmCaller?[Places];
    private readonly ConcurrentQueue<WasmCaller> _broken = new();

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

    /// <summary>Takes one, resets one, or makes one and runs the module's start function; not on a shard's thread.</summary>
    /// <exception cref="WasmTrapException">That trapped.</exception>
    public WasmCaller Rent() => TryRent() ?? TryRestore() ?? new WasmCaller(plugin, module, _limits);

    /// <summary>Gives back one that failed: it is made as new first, elsewhere.</summary>
    public void ReturnBroken(WasmCaller caller)
    {
        _broken.Enqueue(caller);
        ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Restore(), this, preferLocal: false);
    }

    private void Restore()
    {
        if (TryRestore() is { } caller)
        {
            Return(caller);
        }
    }

    private WasmCaller? TryRestore() => _broken.TryDequeue(out var caller) && caller.TryReset() ? caller : null;
}
