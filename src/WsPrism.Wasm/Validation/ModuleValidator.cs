using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Validation;

/// <summary>What can be said of a module only when all sections are there: its memories, its start function, the code of its functions.</summary>
internal static class ModuleValidator
{
    public static void Validate(ModuleData module, int length)
    {
        if (module.Memories.Count > 1)
            throw new WasmFormatException(length, "multiple memories");

        if (module.Start is { } start && (module.Functions[start].Parameters.Length > 0 || module.Functions[start].Results.Length > 0))
            throw new WasmFormatException(length, "start function");

        var validator = new FunctionValidator(module);
        for (var index = 0; index < module.Bodies.Count; index++)
            validator.Validate(module.Functions[module.ImportedFunctions + index], module.Bodies[index]);
    }
}
