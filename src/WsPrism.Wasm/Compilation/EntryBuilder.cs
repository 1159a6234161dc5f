using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>
/// Writes the ways from the host into compiled code: methods that take a <see cref="WasmFunction"/> and arguments, call its code, make traps of .NET's
/// exceptions and give the depth back.
/// </summary>
internal static class EntryBuilder
{
    private static readonly ConditionalWeakTable<Type, DynamicMethod> Typed = [];

    /// <summary>A delegate that calls the function; null where the delegate type is not like the function's.</summary>
    public static Delegate? TryCreate(Type type, WasmFunction function)
    {
        var invoke = type.GetMethod(nameof(Action.Invoke));
        if (invoke is null || ClrTypes.Signature(invoke) is not { } signature || !signature.Equals(function.Type))
            return null;

        return Typed.GetValue(type, _ => BuildTyped(signature)).CreateDelegate(type, function);
    }

    /// <summary>A way with boxed arguments for all functions of a type.</summary>
    public static UntypedCall CreateUntyped(WasmFunctionType type)
    {
        var method = new DynamicMethod("WasmUntyped", typeof(object[]), [typeof(WasmFunction), typeof(object[])], typeof(EntryBuilder).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        var result = EmitCall(il, type, index =>
        {
            var clr = ClrTypes.Of(type.Parameters[index]);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldc_I4, index);
            il.Emit(OpCodes.Ldelem_Ref);
            il.Emit(OpCodes.Unbox_Any, clr);
        });

        il.Emit(OpCodes.Ldc_I4, type.Results.Length);
        il.Emit(OpCodes.Newarr, typeof(object));
        for (var index = 0; index < type.Results.Length; index++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldc_I4, index);
            if (type.Results.Length == 1)
                il.Emit(OpCodes.Ldloc, result!);
            else
                TupleEmitter.LoadItem(il, result!, index);

            il.Emit(OpCodes.Box, ClrTypes.Of(type.Results[index]));
            il.Emit(OpCodes.Stelem_Ref);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<UntypedCall>();
    }

    private static DynamicMethod BuildTyped(WasmFunctionType type)
    {
        var method = new DynamicMethod(
            "WasmEntry", ClrTypes.Result(type.Results), [typeof(WasmFunction), .. ClrTypes.Of(type.Parameters)], typeof(EntryBuilder).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        var result = EmitCall(il, type, index =>
        {
            il.Emit(OpCodes.Ldarg, (short)(index + 1));
            if (type.Parameters[index] != WasmValueType.FuncRef)
                return;

            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, Members.FunctionStore);
            il.Emit(OpCodes.Call, Members.CheckFunction);
        });

        if (result is not null)
            il.Emit(OpCodes.Ldloc, result);

        il.Emit(OpCodes.Ret);
        return method;
    }

    private static LocalBuilder? EmitCall(ILGenerator il, WasmFunctionType type, Action<int> loadArgument)
    {
        var clr = ClrTypes.Result(type.Results);
        var depth = il.DeclareLocal(typeof(int));
        var result = clr == typeof(void) ? null : il.DeclareLocal(clr);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, Members.Enter);
        il.Emit(OpCodes.Stloc, depth);
        il.BeginExceptionBlock();
        il.BeginExceptionBlock();
        for (var index = 0; index < type.Parameters.Length; index++)
            loadArgument(index);

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, Members.FunctionTarget);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, Members.FunctionCode);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, clr, ClrTypes.Parameters(type, typeof(object)), null);
        if (result is not null)
            il.Emit(OpCodes.Stloc, result);

        EmitCatch(il, typeof(IndexOutOfRangeException), nameof(Traps.OutOfBounds));
        EmitCatch(il, typeof(DivideByZeroException), nameof(Traps.DivideByZero));
        EmitCatch(il, typeof(ArithmeticException), nameof(Traps.Overflow));
        il.BeginCatchBlock(typeof(HostFaultException));
        il.Emit(OpCodes.Call, Members.Trap(nameof(Traps.Unwrap)));
        il.EndExceptionBlock();
        il.BeginFinallyBlock();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, depth);
        il.Emit(OpCodes.Call, Members.Leave);
        il.EndExceptionBlock();
        return result;
    }

    private static void EmitCatch(ILGenerator il, Type exception, string trap)
    {
        il.BeginCatchBlock(exception);
        il.Emit(OpCodes.Call, Members.Trap(trap));
        il.Emit(OpCodes.Throw);
    }
}
