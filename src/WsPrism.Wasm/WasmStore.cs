using System.Runtime.CompilerServices;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm;

/// <summary>
/// Instances, memories, tables and globals that may meet each other, with the limits and the fuel they share. An instance that meets no other has a store of
/// its own and its host never sees it. A store and all that is in it belong to one thread at a time: the host says which, nothing here locks.
/// </summary>
public sealed class WasmStore
{
    // Calls between two looks at the host's stack; small frames only, see StackGuard.
    private const int CallsPerLook = 16;

    private long _memoryBytes;
    private long _tableElements;

    /// <summary>An empty store.</summary>
    public WasmStore(WasmLimits? limits = null)
    {
        Limits = limits ?? new WasmLimits();
        Fuel = Limits.Fuel;
        _depthLeft = Math.Clamp(Limits.CallDepth, 0, int.MaxValue - 1) + 1;
    }

    /// <summary>What may be used.</summary>
    public WasmLimits Limits { get; }

    /// <summary>
    /// How much may still be run, counted in instructions: each function and each turn of a loop pays for all the instructions it has, taken or
    /// not. A call that has none left traps. It begins with <see cref="WasmLimits.Fuel"/>.
    /// </summary>
    public long Fuel { get => _fuelLeft; set => _fuelLeft = Math.Max(0, value); }

    // Fields, since compiled code reads and writes them.
    internal long _fuelLeft;
    internal int _depthLeft;

    // Operands with which the JIT would leave an operation out. It may not: one that is not a number has to come out quiet.
    internal readonly float _singleZero = BitConverter.Int32BitsToSingle(0);
    internal readonly float _singleMinusZero = -0f;
    internal readonly float _singleOne = 1f;
    internal readonly float _singleMinusOne = -1f;
    internal readonly double _doubleZero = BitConverter.Int64BitsToDouble(0);
    internal readonly double _doubleMinusZero = -0d;
    internal readonly double _doubleOne = 1d;
    internal readonly double _doubleMinusOne = -1d;

    internal bool TryTakeMemory(long bytes) => TryTake(ref _memoryBytes, bytes, Limits.MemoryBytes);

    internal bool TryTakeElements(long count) => TryTake(ref _tableElements, count, Limits.TableElements);

    // Compiled code asks at every sixteenth depth, so that the counter alone is the cost of most calls.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void CheckDepth()
    {
        if (_depthLeft <= 0 || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new WasmTrapException(WasmTrap.StackExhausted);
    }

    internal static int DepthMask => CallsPerLook - 1;

    // Bulk instructions work on many bytes at once and pay for them.
    internal void Charge(uint count, int perUnit)
    {
        _fuelLeft -= count / perUnit;
        if (_fuelLeft < 0)
            throw Traps.OutOfFuel(this);
    }

    private static bool TryTake(ref long used, long more, long limit)
    {
        if (more > limit - used)
            return false;

        used += more;
        return true;
    }
}
