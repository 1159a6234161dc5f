using System.Text.Json;

namespace WsPrism.Wasm.Tests.Conformance;

/// <summary>Carries out the commands of one file. All of its instances are in one store, with the host module that the suite expects.</summary>
internal sealed class SpecScript
{
    private static readonly Dictionary<string, WasmTrap> TrapTexts = new(StringComparer.Ordinal)
    {
        ["unreachable"] = WasmTrap.Unreachable,
        ["out of bounds memory access"] = WasmTrap.OutOfBoundsMemory,
        ["out of bounds table access"] = WasmTrap.OutOfBoundsTable,
        ["undefined element"] = WasmTrap.OutOfBoundsTable,
        ["uninitialized element"] = WasmTrap.UninitializedElement,
        ["uninitialized element 2"] = WasmTrap.UninitializedElement,
        ["integer divide by zero"] = WasmTrap.IntegerDivideByZero,
        ["integer overflow"] = WasmTrap.IntegerOverflow,
        ["invalid conversion to integer"] = WasmTrap.InvalidConversion,
        ["indirect call type mismatch"] = WasmTrap.IndirectCallTypeMismatch,
        ["call stack exhausted"] = WasmTrap.StackExhausted,
    };

    private readonly string _file;
    private readonly string _folder;
    private readonly WasmStore _store = new(new WasmLimits { MemoryBytes = 1L << 32, TableElements = 10_000_000 });
    private readonly WasmImports _imports = new();
    private readonly Dictionary<string, WasmInstance> _named = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];
    private WasmInstance? _last;
    private int _passed;
    private int _text;

    public SpecScript(string file, string folder)
    {
        _file = file;
        _folder = folder;
        AddHostModule();
    }

    public SpecResult Run(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var command in document.RootElement.GetProperty("commands").EnumerateArray())
        {
            if (command.TryGetProperty("module_type", out var type) && type.GetString() == "text")
            {
                _text++;
                continue;
            }

            if (Try(command) is { } failure)
                _failures.Add($"{_file}:{command.GetProperty("line")}: {command.GetProperty("type").GetString()}: {failure}");
            else
                _passed++;
        }

        return new SpecResult(_file, _passed, _text, _failures);
    }

    private void AddHostModule()
    {
        _imports
            .Add("spectest", "print", () => { })
            .Add("spectest", "print_i32", (int _) => { })
            .Add("spectest", "print_i64", (long _) => { })
            .Add("spectest", "print_f32", (float _) => { })
            .Add("spectest", "print_f64", (double _) => { })
            .Add("spectest", "print_i32_f32", (int _, float _) => { })
            .Add("spectest", "print_f64_f64", (double _, double _) => { })
            .Add("spectest", "global_i32", new WasmGlobal(_store, new WasmGlobalType(WasmValueType.I32, false), 666))
            .Add("spectest", "global_i64", new WasmGlobal(_store, new WasmGlobalType(WasmValueType.I64, false), 666L))
            .Add("spectest", "global_f32", new WasmGlobal(_store, new WasmGlobalType(WasmValueType.F32, false), 666.6f))
            .Add("spectest", "global_f64", new WasmGlobal(_store, new WasmGlobalType(WasmValueType.F64, false), 666.6))
            .Add("spectest", "table", new WasmTable(_store, new WasmTableType(WasmValueType.FuncRef, 10, 20)))
            .Add("spectest", "memory", new WasmMemory(_store, 1, 2));
    }

    // Null: as it should be.
    private string? Try(JsonElement command)
    {
        try
        {
            return command.GetProperty("type").GetString() switch
            {
                "module" => Instantiate(command),
                "register" => Register(command),
                "action" => Act(command.GetProperty("action"), out _),
                "assert_return" => Return(command),
                "assert_trap" => Trap(command, () => Act(command.GetProperty("action"), out _)),
                "assert_exhaustion" => Trap(command, () => Act(command.GetProperty("action"), out _)),
                "assert_uninstantiable" => Trap(command, () => New(command)),
                "assert_invalid" or "assert_malformed" => Throws<WasmFormatException>(() => Parse(command)),
                "assert_unlinkable" => Throws<WasmLinkException>(() => New(command)),
                var other => $"unknown command {other}",
            };
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private WasmModule Parse(JsonElement command) => WasmModule.Parse(File.ReadAllBytes(Path.Combine(_folder, command.GetProperty("filename").GetString()!)));

    private WasmInstance New(JsonElement command) => new(Parse(command), _imports, _store);

    private string? Instantiate(JsonElement command)
    {
        _last = New(command);
        if (command.TryGetProperty("name", out var name))
            _named[name.GetString()!] = _last;

        return null;
    }

    private string? Register(JsonElement command)
    {
        var instance = command.TryGetProperty("name", out var name) ? _named[name.GetString()!] : _last!;
        _imports.Add(command.GetProperty("as").GetString()!, instance);
        return null;
    }

    private string? Act(JsonElement action, out object?[] results)
    {
        var instance = action.TryGetProperty("module", out var name) ? _named[name.GetString()!] : _last!;
        var field = action.GetProperty("field").GetString()!;
        results = action.GetProperty("type").GetString() == "get"
            ? [instance.FindGlobal(field)!.Value]
            : instance.Invoke(field, [.. action.GetProperty("args").EnumerateArray().Select(SpecValues.Read)]);
        return null;
    }

    private string? Return(JsonElement command)
    {
        Act(command.GetProperty("action"), out var results);
        var expected = command.GetProperty("expected").EnumerateArray().ToArray();
        return expected.Length == results.Length && expected.Zip(results).All(pair => SpecValues.Matches(pair.First, pair.Second))
            ? null
            : $"{string.Join(", ", results)} and not {command.GetProperty("expected")}";
    }

    private static string? Trap(JsonElement command, Func<object?> act)
    {
        try
        {
            act();
            return "no trap";
        }
        catch (WasmTrapException trap)
        {
            var text = command.GetProperty("text").GetString()!;
            return TrapTexts[text] == trap.Trap ? null : $"{trap.Trap} and not {text}";
        }
    }

    private static string? Throws<T>(Func<object?> act)
        where T : Exception
    {
        try
        {
            act();
            return "nothing thrown";
        }
        catch (T)
        {
            return null;
        }
    }
}
