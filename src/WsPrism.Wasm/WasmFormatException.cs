namespace WsPrism.Wasm;

/// <summary>The bytes are not a valid WebAssembly module, or one beyond the engine's bounds.</summary>
public sealed class WasmFormatException : Exception
{
    internal WasmFormatException(int offset, string message)
        : base($"{message} (at byte {offset})")
    {
        Offset = offset;
    }

    /// <summary>Where in the module the fault was noticed.</summary>
    public int Offset { get; }
}
