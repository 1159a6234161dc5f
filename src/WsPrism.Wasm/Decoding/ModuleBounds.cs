namespace WsPrism.Wasm.Decoding;

/// <summary>
/// The bounds of a module, beyond which it is not taken. The specification lets an engine choose them; these are well above what compilers write for
/// plugins and low enough that decoding, validating and compiling a hostile module costs what its size says.
/// </summary>
internal static class ModuleBounds
{
    public const int ModuleBytes = 16 * 1024 * 1024;
    public const int FunctionBytes = 256 * 1024;
    public const int Types = 10_000;
    public const int Functions = 50_000;
    public const int Imports = 10_000;
    public const int Exports = 50_000;
    public const int Globals = 10_000;
    public const int Tables = 100;
    public const int Segments = 50_000;

    // One byte of a module becomes a reference of eight in each instance.
    public const int ElementsOfAllSegments = 1_000_000;

    public const int NameBytes = 10_000;
    public const int Parameters = 255;

    // Several results travel in nested tuples of seven.
    public const int Results = 64;

    // A few bytes can declare ten thousand locals, so a module has a sum of them too.
    public const int LocalsOfAllFunctions = 1_000_000;

    // Locals, operands and blocks at the same time: each is a local of the compiled method or a label.
    public const int Locals = 10_000;
    public const int Operands = 4_096;
    public const int Blocks = 1_000;
}
