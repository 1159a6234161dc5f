using System.Reflection.Emit;

namespace WsPrism.Wasm.Compilation;

/// <summary>Packs several results into a tuple and takes them out again.</summary>
internal static class TupleEmitter
{
    /// <summary>Replaces the values, which <paramref name="load"/> pushes one by one, by their tuple.</summary>
    public static void Pack(ILGenerator il, Type tuple, int count, Action<int> load, int first = 0)
    {
        var here = Math.Min(count - first, ClrTypes.TupleItems);
        for (var index = first; index < first + here; index++)
            load(index);

        var items = tuple.GetGenericArguments();
        if (items.Length > ClrTypes.TupleItems)
            Pack(il, items[ClrTypes.TupleItems], count, load, first + here);

        il.Emit(OpCodes.Newobj, tuple.GetConstructor(items)!);
    }

    /// <summary>Pushes one item of the tuple in a local.</summary>
    public static void LoadItem(ILGenerator il, LocalBuilder tuple, int index)
    {
        il.Emit(OpCodes.Ldloca, tuple);
        var type = tuple.LocalType;
        for (; index >= ClrTypes.TupleItems; index -= ClrTypes.TupleItems)
        {
            il.Emit(OpCodes.Ldflda, type.GetField("Rest")!);
            type = type.GetGenericArguments()[ClrTypes.TupleItems];
        }

        il.Emit(OpCodes.Ldfld, type.GetField($"Item{index + 1}")!);
    }
}
