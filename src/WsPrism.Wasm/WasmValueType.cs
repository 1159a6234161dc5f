namespace WsPrism.Wasm;

/// <summary>The type of a WebAssembly value, with the number that stands for it in a binary module.</summary>
public enum WasmValueType : byte
{
    /// <summary>32 bits, signed or not: <see cref="int"/>.</summary>
    I32 = 0x7F,

    /// <summary>64 bits, signed or not: <see cref="long"/>.</summary>
    I64 = 0x7E,

    /// <summary><see cref="float"/>.</summary>
    F32 = 0x7D,

    /// <summary><see cref="double"/>.</summary>
    F64 = 0x7C,

    /// <summary>A reference to a function, or null: <see cref="WasmFunction"/>.</summary>
    FuncRef = 0x70,

    /// <summary>A reference to something of the host's that a module can only pass on, or null: <see cref="object"/>.</summary>
    ExternRef = 0x6F,
}
