using WsPrism.Wasm;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// The input chooses instructions, and the generator puts only valid ones together: so every input is a module that must be taken, compiled and run, and do
/// the same twice.
/// </summary>
internal sealed class WasmCodeTarget : IFuzzTarget
{
    public string Name => "wasm-code";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        [], [.. Enumerable.Range(0, 200).Select(n => (byte)n)], [.. Enumerable.Range(0, 600).Select(n => (byte)(n * 7))], [.. Enumerable.Range(0, 1_500).Select(n => (byte)((n * n) >> 3))],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var bytes = new WasmCodeWriter(input.ToArray()).Build();
        var module = WasmModule.Parse(bytes);
        var first = WasmRun.Run(module);
        var second = WasmRun.Run(module);
        BrokenInvariantException.ThrowIfNot(first.SequenceEqual(second), "the same module does the same twice");
    }
}
