using System.Runtime.ExceptionServices;

namespace WsPrism.Wasm.Runtime;

/// <summary>
/// What compiled code throws. An access outside the memory and a division by zero are found by the machine and the runtime, for nothing, and come as
/// .NET's own exceptions; whoever enters compiled code from the host turns them into traps.
/// </summary>
internal static class Traps
{
    public static WasmTrapException Unreachable() => new(WasmTrap.Unreachable);

    public static WasmTrapException OutOfFuel(WasmStore store)
    {
        store._fuelLeft = 0;
        return new WasmTrapException(WasmTrap.OutOfFuel);
    }

    public static WasmTrapException OutOfBounds(Exception cause) => new(WasmTrap.OutOfBoundsMemory, cause);

    public static WasmTrapException DivideByZero(Exception cause) => new(WasmTrap.IntegerDivideByZero, cause);

    public static WasmTrapException Overflow(Exception cause) => new(WasmTrap.IntegerOverflow, cause);

    /// <summary>The same exceptions out of the host's own code are no traps: they pass compiled code inside of another one.</summary>
    public static Exception Wrap(Exception fault) => new HostFaultException(ExceptionDispatchInfo.Capture(fault));

    public static void Unwrap(HostFaultException fault) => fault.Inner.Throw();
}
