using WsPrism.Wasm;

namespace WsPrism.Fuzz.Targets;

/// <summary>Modules byte by byte: each is refused by the one exception for that, or it is valid, compiles and runs within its limits, ending well or in a trap.</summary>
internal sealed class WasmTarget : IFuzzTarget
{
    public string Name => "wasm";

    public IEnumerable<byte[]> Seeds { get; } = [.. ReadModules()];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "0061736d01000000", "60017f017f", "600000", "7f", "7e", "7d", "7c", "70", "6f", "0240", "0340", "0440", "05", "0b", "0c00", "0d00", "0e020001", "0f", "1000", "110000", "1a",
            "1b", "1c017f", "2000", "2100", "2200", "2300", "2400", "2500", "2600", "280200", "290300ffffffff0f", "36020080808010", "3f00", "4000", "4100", "417f", "41808080807808",
            "427f", "430000c07f", "44000000000000f07f", "6a", "6d", "6f", "7f", "a8", "fc00", "fc080000", "fc0900", "fc0a0000", "fc0b00", "fc0c0000", "fc0d00", "fc0e0000", "fc0f00",
            "fc1000", "fc1100", "d070", "d1", "d200", "808080808000", "ffffffff0f",
        }.Select(Convert.FromHexString)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        WasmModule module;
        try
        {
            module = WasmModule.Parse(input);
        }
        catch (WasmFormatException fault)
        {
            BrokenInvariantException.ThrowIfNot(fault.Offset >= 0 && fault.Offset <= input.Length, "a fault is somewhere in the module");
            return;
        }

        WasmRun.Run(module);
    }

    private static IEnumerable<byte[]> ReadModules()
    {
        var assembly = typeof(WasmTarget).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".wasm", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return bytes;
        }
    }
}
