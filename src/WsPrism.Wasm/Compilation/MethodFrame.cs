using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>
/// The method that a function becomes: its parameters first, the instance last. Here are its way in and out, what it pays, and what it keeps in locals:
/// the store, the fuel where there are loops, the memory's bytes. A call can change the latter two, so around calls they are written back and read again.
/// </summary>
internal sealed class MethodFrame
{
    private readonly WasmFunctionType _type;
    private readonly LocalBuilder[] _locals;
    private readonly LocalBuilder _store;
    private readonly LocalBuilder? _fuel;
    private readonly LocalBuilder? _buffer;
    private readonly Label _outOfFuel;
    private readonly Dictionary<Type, LocalBuilder> _scratch = [];

    public MethodFrame(ILGenerator il, ModuleData module, WasmFunctionType type, FunctionBody body)
    {
        Il = il;
        Module = module;
        Body = body;
        _type = type;
        Operands = new OperandStack(il);
        _locals = [.. body.Locals.Skip(type.Parameters.Length).Select(local => il.DeclareLocal(ClrTypes.Of(local)))];
        _store = il.DeclareLocal(typeof(WasmStore));
        _fuel = body.LoopCosts.Length > 0 ? il.DeclareLocal(typeof(long)) : null;
        _buffer = body.UsesMemory ? il.DeclareLocal(typeof(byte[])) : null;
        _outOfFuel = il.DefineLabel();
        End = il.DefineLabel();
    }

    public ILGenerator Il { get; }

    public ModuleData Module { get; }

    public FunctionBody Body { get; }

    public OperandStack Operands { get; }

    /// <summary>The end of the function, with its results in the lowest slots.</summary>
    public Label End { get; }

    public LocalBuilder Buffer => _buffer!;

    /// <summary>
    /// The most that the frame of the compiled method can be. The JIT gives eight bytes to each local and to each value that it must put aside; and each
    /// instruction makes one value at most, which is put aside once and has once a slot.
    /// </summary>
    public static int EstimateFrame(FunctionBody body) => 256 + (8 * body.Locals.Length) + (16 * body.Weight);

    public void EmitStart()
    {
        LoadInstance();
        Il.Emit(OpCodes.Ldfld, Members.InstanceStore);
        Il.Emit(OpCodes.Stloc, _store);
        if (Body.HasCalls)
            EmitDepthCheck();

        var fuel = _fuel ?? Scratch(typeof(long));
        Il.Emit(OpCodes.Ldloc, _store);
        Il.Emit(OpCodes.Ldfld, Members.StoreFuel);
        Il.Emit(OpCodes.Stloc, fuel);
        Charge(fuel, Body.EntryCost);
        Il.Emit(OpCodes.Ldloc, _store);
        Il.Emit(OpCodes.Ldloc, fuel);
        Il.Emit(OpCodes.Stfld, Members.StoreFuel);
        LoadBuffer();
    }

    public void EmitEnd(bool isReached)
    {
        if (isReached)
        {
            Il.MarkLabel(End);
            if (Body.HasCalls)
            {
                Il.Emit(OpCodes.Ldloc, _store);
                Il.Emit(OpCodes.Ldloc, _store);
                Il.Emit(OpCodes.Ldfld, Members.StoreDepth);
                Il.Emit(OpCodes.Ldc_I4_1);
                Il.Emit(OpCodes.Add);
                Il.Emit(OpCodes.Stfld, Members.StoreDepth);
            }

            WriteFuel();
            LoadResults();
            Il.Emit(OpCodes.Ret);
        }

        Il.MarkLabel(_outOfFuel);
        Il.Emit(OpCodes.Ldloc, _store);
        Il.Emit(OpCodes.Call, Members.Trap(nameof(Traps.OutOfFuel)));
        Il.Emit(OpCodes.Throw);
    }

    /// <summary>At the head of a loop, where the stack of the IL is empty.</summary>
    public void ChargeLoop(int cost) => Charge(_fuel!, cost);

    /// <summary>Before a call, whose arguments are on the stack.</summary>
    public void BeforeCall() => WriteFuel();

    /// <summary>After it, with the result on the stack.</summary>
    public void AfterCall()
    {
        if (_fuel is not null)
        {
            Il.Emit(OpCodes.Ldloc, _store);
            Il.Emit(OpCodes.Ldfld, Members.StoreFuel);
            Il.Emit(OpCodes.Stloc, _fuel);
        }

        LoadBuffer();
    }

    public void LoadInstance() => Il.Emit(OpCodes.Ldarg, (short)_type.Parameters.Length);

    public void LoadStore() => Il.Emit(OpCodes.Ldloc, _store);

    public void LoadLocal(int index)
    {
        if (index < _type.Parameters.Length)
            Il.Emit(OpCodes.Ldarg, (short)index);
        else
            Il.Emit(OpCodes.Ldloc, _locals[index - _type.Parameters.Length]);
    }

    public void StoreLocal(int index)
    {
        if (index < _type.Parameters.Length)
            Il.Emit(OpCodes.Starg, (short)index);
        else
            Il.Emit(OpCodes.Stloc, _locals[index - _type.Parameters.Length]);
    }

    /// <summary>A local for a few instructions.</summary>
    public LocalBuilder Scratch(Type type)
    {
        if (!_scratch.TryGetValue(type, out var local))
            _scratch[type] = local = Il.DeclareLocal(type);

        return local;
    }

    private void EmitDepthCheck()
    {
        var isFine = Il.DefineLabel();
        var depth = Scratch(typeof(int));
        Il.Emit(OpCodes.Ldloc, _store);
        Il.Emit(OpCodes.Ldfld, Members.StoreDepth);
        Il.Emit(OpCodes.Ldc_I4_1);
        Il.Emit(OpCodes.Sub);
        Il.Emit(OpCodes.Stloc, depth);
        Il.Emit(OpCodes.Ldloc, _store);
        Il.Emit(OpCodes.Ldloc, depth);
        Il.Emit(OpCodes.Stfld, Members.StoreDepth);
        if (EstimateFrame(Body) <= StackGuard.SmallFrame)
        {
            Il.Emit(OpCodes.Ldloc, depth);
            Il.Emit(OpCodes.Ldc_I4, WasmStore.DepthMask);
            Il.Emit(OpCodes.And);
            Il.Emit(OpCodes.Brtrue, isFine);
        }

        Il.Emit(OpCodes.Ldloc, _store);
        Il.Emit(OpCodes.Call, Members.CheckDepth);
        Il.MarkLabel(isFine);
    }

    private void Charge(LocalBuilder fuel, int cost)
    {
        Il.Emit(OpCodes.Ldloc, fuel);
        Il.Emit(OpCodes.Ldc_I8, (long)cost);
        Il.Emit(OpCodes.Sub);
        Il.Emit(OpCodes.Stloc, fuel);
        Il.Emit(OpCodes.Ldloc, fuel);
        Il.Emit(OpCodes.Ldc_I8, 0L);
        Il.Emit(OpCodes.Blt, _outOfFuel);
    }

    private void WriteFuel()
    {
        if (_fuel is null)
            return;

        Il.Emit(OpCodes.Ldloc, _store);
        Il.Emit(OpCodes.Ldloc, _fuel);
        Il.Emit(OpCodes.Stfld, Members.StoreFuel);
    }

    private void LoadBuffer()
    {
        if (_buffer is null)
            return;

        LoadInstance();
        Il.Emit(OpCodes.Ldfld, Members.InstanceMemory);
        Il.Emit(OpCodes.Ldfld, Members.MemoryBuffer);
        Il.Emit(OpCodes.Stloc, _buffer);
    }

    private void LoadResults()
    {
        var results = _type.Results;
        if (results.Length == 0)
            return;

        if (results.Length == 1)
            Load(0);
        else
            TupleEmitter.Pack(Il, ClrTypes.Result(results), results.Length, Load);

        void Load(int index) => Il.Emit(OpCodes.Ldloc, Operands.Slot(index, _type.Results[index]));
    }
}
