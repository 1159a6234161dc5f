namespace WsPrism.Wasm;

/// <summary>
/// A call was ended by a trap. The instance stays as it was at that moment and can be called again; whether its own data still make sense is for its
/// author to say, so a host had better take a new one or <see cref="WasmInstance.Reset"/> it.
/// </summary>
public sealed class WasmTrapException : Exception
{
    internal WasmTrapException(WasmTrap trap, Exception? cause = null)
        : base(Text(trap), cause)
    {
        Trap = trap;
    }

    /// <summary>Why.</summary>
    public WasmTrap Trap { get; }

    private static string Text(WasmTrap trap) => trap switch
    {
        WasmTrap.Unreachable => "unreachable",
        WasmTrap.OutOfBoundsMemory => "out of bounds memory access",
        WasmTrap.OutOfBoundsTable => "out of bounds table access",
        WasmTrap.IntegerDivideByZero => "integer divide by zero",
        WasmTrap.IntegerOverflow => "integer overflow",
        WasmTrap.InvalidConversion => "invalid conversion to integer",
        WasmTrap.IndirectCallTypeMismatch => "indirect call type mismatch",
        WasmTrap.UninitializedElement => "uninitialized element",
        WasmTrap.StackExhausted => "call stack exhausted",
        WasmTrap.OutOfFuel => "out of fuel",
        _ => trap.ToString(),
    };
}
