namespace WsPrism.Wasm;

/// <summary>Why a call ended in a trap. The numbers and names stay as they are.</summary>
public enum WasmTrap
{
    /// <summary>The instruction <c>unreachable</c> was reached.</summary>
    Unreachable = 1,

    /// <summary>A read or write outside the memory, or a data segment that does not fit.</summary>
    OutOfBoundsMemory = 2,

    /// <summary>A table has no such element, or an element segment does not fit.</summary>
    OutOfBoundsTable = 3,

    /// <summary>An integer was divided by zero.</summary>
    IntegerDivideByZero = 4,

    /// <summary>The quotient or the converted number does not fit the type.</summary>
    IntegerOverflow = 5,

    /// <summary>Not a number was to become an integer.</summary>
    InvalidConversion = 6,

    /// <summary>The function in the table is of another type.</summary>
    IndirectCallTypeMismatch = 7,

    /// <summary>The element of the table is null.</summary>
    UninitializedElement = 8,

    /// <summary>Calls are nested deeper than <see cref="WasmLimits.CallDepth"/>, or the host's stack is about to end.</summary>
    StackExhausted = 9,

    /// <summary><see cref="WasmInstance.Fuel"/> is used up.</summary>
    OutOfFuel = 10,
}
