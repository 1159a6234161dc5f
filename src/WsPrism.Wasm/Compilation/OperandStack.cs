using System.Reflection.Emit;

namespace WsPrism.Wasm.Compilation;

/// <summary>
/// Where the operands are. The lower ones are in locals of the method, one for each height and type; the upper ones are on the stack of the IL, where
/// instructions want them. At labels and branches all are in locals: there the stack of the IL is empty, and a block finds its results where its label says.
/// The JIT sees through the copies.
/// </summary>
internal sealed class OperandStack
{
    // Bounds the expressions that the JIT meets, for it walks them recursively.
    private const int MaxOnStack = 24;
    private const int MaxNesting = 48;

    private readonly ILGenerator _il;
    private readonly List<WasmValueType> _types = [];
    private readonly List<int> _nesting = [];
    private readonly Dictionary<(int Height, WasmValueType Type), LocalBuilder> _slots = [];

    public OperandStack(ILGenerator il)
    {
        _il = il;
    }

    public int Height => _types.Count;

    /// <summary>How many are on the stack of the IL.</summary>
    public int OnStack => _nesting.Count;

    public WasmValueType Top => _types[^1];

    /// <summary>Notes that a value has been pushed which was calculated from others so many levels deep.</summary>
    public void Push(WasmValueType type, int nesting = 0)
    {
        _types.Add(type);
        _nesting.Add(nesting);
        if (nesting >= MaxNesting || OnStack >= MaxOnStack)
            Flush();
    }

    /// <summary>Notes that the slots of the next heights hold values of these types.</summary>
    public void PushSlots(ReadOnlySpan<WasmValueType> types)
    {
        foreach (var type in types)
            _types.Add(type);
    }

    /// <summary>Brings the uppermost operands onto the stack and takes them from here: the next instruction eats them. Returns their nesting.</summary>
    public int Take(int count)
    {
        if (OnStack < count)
        {
            Flush();
            for (var height = Height - count; height < Height; height++)
                _il.Emit(OpCodes.Ldloc, Slot(height, _types[height]));

            _types.RemoveRange(Height - count, count);
            return 0;
        }

        var nesting = 0;
        for (var index = OnStack - count; index < OnStack; index++)
            nesting = Math.Max(nesting, _nesting[index]);

        _nesting.RemoveRange(OnStack - count, count);
        _types.RemoveRange(Height - count, count);
        return nesting;
    }

    /// <summary>Moves everything into slots.</summary>
    public void Flush()
    {
        for (var height = Height - 1; OnStack > 0; height--)
        {
            _il.Emit(OpCodes.Stloc, Slot(height, _types[height]));
            _nesting.RemoveAt(OnStack - 1);
        }
    }

    /// <summary>Forgets what is above a height. It must not be on the stack.</summary>
    public void Truncate(int height) => _types.RemoveRange(height, Height - height);

    /// <summary>Forgets what is on the stack, where no code goes on.</summary>
    public void Abandon() => _nesting.Clear();

    /// <summary>Copies the uppermost values, all in slots, to where a label wants them.</summary>
    public void CopyDown(int target, ReadOnlySpan<WasmValueType> types)
    {
        var source = Height - types.Length;
        if (source == target)
            return;

        // Upwards: a target is never above its source.
        for (var index = 0; index < types.Length; index++)
        {
            _il.Emit(OpCodes.Ldloc, Slot(source + index, types[index]));
            _il.Emit(OpCodes.Stloc, Slot(target + index, types[index]));
        }
    }

    public LocalBuilder Slot(int height, WasmValueType type)
    {
        if (!_slots.TryGetValue((height, type), out var slot))
            _slots[(height, type)] = slot = _il.DeclareLocal(ClrTypes.Of(type));

        return slot;
    }
}
