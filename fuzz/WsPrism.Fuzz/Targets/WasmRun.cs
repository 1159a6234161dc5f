using System.Globalization;
using WsPrism.Wasm;

namespace WsPrism.Fuzz.Targets;

/// <summary>Runs a valid module: gives it what it imports where that is something usual, and calls everything it exports, within small limits.</summary>
internal static class WasmRun
{
    private const long Fuel = 20_000;
    private static readonly WasmLimits Limits = new() { MemoryBytes = 4 * WasmMemory.PageBytes, TableElements = 1_000, CallDepth = 50 };

    /// <summary>What became of each call, to compare: the same module does the same.</summary>
    public static List<string> Run(WasmModule module)
    {
        var outcomes = new List<string>();
        var store = new WasmStore(Limits) { Fuel = Fuel };
        try
        {
            var instance = new WasmInstance(module, Imports(module, store), store);
            foreach (var export in module.Exports.Where(export => export.Type is WasmFunctionType).Take(20))
            {
                foreach (var number in new[] { 0, -1, 65_533 })
                    outcomes.Add(Call(instance.FindFunction(export.Name)!, store, number));
            }

            BrokenInvariantException.ThrowIfNot(
                instance.Module.Exports.Where(export => export.Type is WasmMemoryType).All(export => instance.FindMemory(export.Name)!.Span.Length <= Limits.MemoryBytes),
                "no memory is larger than allowed");
        }
        catch (WasmLinkException fault)
        {
            outcomes.Add(fault.Message);
        }
        catch (WasmTrapException trap)
        {
            outcomes.Add(trap.Message);
        }

        return outcomes;
    }

    private static string Call(WasmFunction function, WasmStore store, int number)
    {
        store.Fuel = Fuel;
        try
        {
            var results = function.Invoke([.. function.Type.Parameters.ToArray().Select(type => Argument(type, number))]);
            BrokenInvariantException.ThrowIfNot(store.Fuel is >= 0 and <= Fuel, "fuel only becomes less");
            return string.Join(' ', results.Select(Text));
        }
        catch (WasmTrapException trap)
        {
            return trap.Message;
        }
    }

    private static string Text(object? value) => value switch
    {
        float single => BitConverter.SingleToInt32Bits(single).ToString("x", CultureInfo.InvariantCulture),
        double number => BitConverter.DoubleToInt64Bits(number).ToString("x", CultureInfo.InvariantCulture),
        WasmFunction => "function",
        _ => $"{value}",
    };

    private static object? Argument(WasmValueType type, int number) => type switch
    {
        WasmValueType.I32 => number,
        WasmValueType.I64 => (long)number,
        WasmValueType.F32 => (float)number,
        WasmValueType.F64 => (double)number,
        _ => null,
    };

    private static WasmImports Imports(WasmModule module, WasmStore store)
    {
        var imports = new WasmImports();
        foreach (var import in module.Imports)
        {
            switch (import.Type)
            {
                case WasmFunctionType type when Host(type.ToString()) is { } host:
                    imports.Add(import.Module, import.Name, host);
                    break;
                case WasmTableType { Minimum: <= 100 } type:
                    imports.Add(import.Module, import.Name, new WasmTable(store, type));
                    break;
                case WasmMemoryType { Minimum: <= 2 } type:
                    imports.Add(import.Module, import.Name, new WasmMemory(store, type.Minimum, type.Maximum));
                    break;
                case WasmGlobalType type:
                    imports.Add(import.Module, import.Name, new WasmGlobal(store, type, Argument(type.ValueType, 7)));
                    break;
            }
        }

        return imports;
    }

    private static Delegate? Host(string type) => type switch
    {
        "() -> ()" => new Action(Nothing),
        "(i32) -> ()" => new Action<int>(_ => Nothing()),
        "(i32, i32) -> ()" => new Action<int, int>((_, _) => Nothing()),
        "(i32, i64) -> (i64)" => new Func<int, long, long>((a, b) => a + b),
        "() -> (i32, f64)" => new Func<(int, double)>(() => (1, 0.5)),
        "(funcref) -> (funcref)" => new Func<WasmFunction?, WasmFunction?>(function => function),
        "(externref) -> (externref)" => new Func<object?, object?>(value => value),
        _ => null,
    };

    private static void Nothing()
    {
    }
}
