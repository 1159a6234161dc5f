namespace WsPrism.Wasm;

/// <summary>A module could not be given what it needs: an import is missing or of another type, or a memory or table is beyond the limits.</summary>
public sealed class WasmLinkException : Exception
{
    internal WasmLinkException(string message)
        : base(message)
    {
    }
}
