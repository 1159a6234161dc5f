using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Runtime;

/// <summary>Gives globals and segments their first values, copies the active segments, and runs the start function: in this order, as far as it gets.</summary>
internal static class Initializer
{
    public static void Run(WasmInstance instance)
    {
        var data = instance.Module.Data;
        for (var index = 0; index < data.GlobalValues.Count; index++)
            Evaluate(instance, data.GlobalValues[index], instance._globals[data.ImportedGlobals + index]);

        for (var index = 0; index < data.Elements.Count; index++)
            instance.Elements[index] = [.. data.Elements[index].Items.Select(item => Reference(instance, item))];

        for (var index = 0; index < data.Data.Count; index++)
            instance.Data[index] = data.Data[index].Bytes;

        CopySegments(instance, data);
        if (data.Start is { } start)
            instance.FunctionAt(start).Invoke();
    }

    private static void CopySegments(WasmInstance instance, ModuleData data)
    {
        for (var index = 0; index < data.Elements.Count; index++)
        {
            var segment = data.Elements[index];
            if (segment.Mode == SegmentMode.Active)
                TableInstructions.Init(Offset(instance, segment.Offset), 0, segment.Items.Length, index, segment.Table, instance);

            if (segment.Mode != SegmentMode.Passive)
                TableInstructions.Drop(index, instance);
        }

        for (var index = 0; index < data.Data.Count; index++)
        {
            var segment = data.Data[index];
            if (segment.Mode != SegmentMode.Active)
                continue;

            MemoryInstructions.Init(Offset(instance, segment.Offset), 0, segment.Bytes.Length, index, instance);
            MemoryInstructions.Drop(index, instance);
        }
    }

    private static int Offset(WasmInstance instance, ConstantExpression value) =>
        value.Opcode == Opcode.GlobalGet ? (int)instance._globals[value.Index]._bits : (int)value.Bits;

    private static void Evaluate(WasmInstance instance, ConstantExpression value, WasmGlobal global)
    {
        if (TypeDecoder.IsReference(value.Type))
            global._reference = Reference(instance, value);
        else
            global._bits = value.Opcode == Opcode.GlobalGet ? instance._globals[value.Index]._bits : value.Bits;
    }

    private static object? Reference(WasmInstance instance, ConstantExpression value) => value.Opcode switch
    {
        Opcode.RefFunc => instance.FunctionAt(value.Index),
        Opcode.GlobalGet => instance._globals[value.Index]._reference,
        _ => null,
    };
}
