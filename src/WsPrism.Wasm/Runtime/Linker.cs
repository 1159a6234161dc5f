namespace WsPrism.Wasm.Runtime;

/// <summary>Gives an instance what it imports, where that fits, and makes what it has of its own.</summary>
internal static class Linker
{
    public static void Link(WasmInstance instance, WasmImports imports, out WasmMemory? memory)
    {
        var data = instance.Module.Data;
        int functions = 0, tables = 0, globals = 0;
        memory = null;
        foreach (var import in data.Imports)
        {
            var item = imports.Find(import) ?? throw new WasmLinkException($"unknown import: {import.Module}.{import.Name}");
            switch (import.Type)
            {
                case WasmFunctionType type:
                    instance._functions[functions++] = Function(instance, import, type, item);
                    break;
                case WasmTableType type:
                    instance._tables[tables++] = Table(instance, import, type, item);
                    break;
                case WasmMemoryType type:
                    memory = Memory(instance, import, type, item);
                    break;
                case WasmGlobalType type:
                    instance._globals[globals++] = Global(instance, import, type, item);
                    break;
            }
        }

        for (; tables < instance._tables.Length; tables++)
            instance._tables[tables] = new WasmTable(instance._store, data.Tables[tables]);

        for (; globals < instance._globals.Length; globals++)
            instance._globals[globals] = new WasmGlobal(instance._store, data.Globals[globals]);

        if (memory is null && data.Memories is [var own])
            memory = new WasmMemory(instance._store, own.Minimum, own.Maximum);
    }

    private static WasmFunction Function(WasmInstance instance, WasmImport import, WasmFunctionType type, object item)
    {
        var function = item as WasmFunction;
        if (item is Delegate target)
            function = WasmFunction.Bind(HostThunk.Of(target.GetType()), target, instance._store, instance);

        return function is not null && function.Type.Equals(type) && function._store == instance._store ? function : throw Incompatible(import, function?._store, instance);
    }

    private static WasmTable Table(WasmInstance instance, WasmImport import, WasmTableType type, object item)
    {
        return item is WasmTable table && table.Type.ElementType == type.ElementType && table.Store == instance._store
            && Fits((uint)table.Length, table.Type.Maximum, type.Minimum, type.Maximum)
            ? table
            : throw Incompatible(import, (item as WasmTable)?.Store, instance);
    }

    private static WasmMemory Memory(WasmInstance instance, WasmImport import, WasmMemoryType type, object item)
    {
        return item is WasmMemory memory && memory.Store == instance._store && Fits(memory.Pages, memory.Maximum, type.Minimum, type.Maximum)
            ? memory
            : throw Incompatible(import, (item as WasmMemory)?.Store, instance);
    }

    private static WasmGlobal Global(WasmInstance instance, WasmImport import, WasmGlobalType type, object item)
    {
        return item is WasmGlobal global && global.Store == instance._store && global.Type.ValueType == type.ValueType && global.Type.IsMutable == type.IsMutable
            ? global
            : throw Incompatible(import, (item as WasmGlobal)?.Store, instance);
    }

    private static bool Fits(uint size, uint? maximum, uint wantedMinimum, uint? wantedMaximum) =>
        size >= wantedMinimum && (wantedMaximum is null || maximum <= wantedMaximum);

    private static WasmLinkException Incompatible(WasmImport import, WasmStore? store, WasmInstance instance) => new(
        store is not null && store != instance._store
            ? $"{import.Module}.{import.Name} belongs to another store"
            : $"incompatible import type: {import.Module}.{import.Name}");
}
