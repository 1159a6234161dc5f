using System.Reflection;
using System.Reflection.Emit;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>
/// Writes the method that calls a delegate as if it were compiled code: arguments, then a <see cref="HostTarget"/>. What the delegate throws passes through;
/// exceptions that would look like traps are wrapped.
/// </summary>
internal static class HostThunkBuilder
{
    public static HostThunk Build(Type type)
    {
        var invoke = type.GetMethod(nameof(Action.Invoke)) ?? throw new ArgumentException($"{type} is no delegate type.", nameof(type));
        var wantsInstance = invoke.GetParameters() is [{ } first, ..] && first.ParameterType == typeof(WasmInstance);
        var function = ClrTypes.Signature(invoke, wantsInstance ? 1 : 0)
            ?? throw new ArgumentException($"{type} has a parameter or result that is no int, long, float, double, object or WasmFunction.", nameof(type));

        var builder = DynamicCode.DefineType("WasmHost", [type.Assembly, .. type.GetGenericArguments().Select(argument => argument.Assembly)]);
        var method = builder.DefineMethod(
            "Call", MethodAttributes.Static | MethodAttributes.Public, invoke.ReturnType, ClrTypes.Parameters(function, typeof(HostTarget)));
        method.SetImplementationFlags(DynamicCode.Flags);
        Emit(method.GetILGenerator(), type, invoke, function, wantsInstance);
        return new HostThunk(builder.CreateType().GetMethod("Call")!, function, wantsInstance);
    }

    private static void Emit(ILGenerator il, Type type, MethodInfo invoke, WasmFunctionType function, bool wantsInstance)
    {
        var target = (short)function.Parameters.Length;
        var result = invoke.ReturnType == typeof(void) ? null : il.DeclareLocal(invoke.ReturnType);
        il.Emit(OpCodes.Call, Members.CheckStack);
        il.BeginExceptionBlock();
        il.Emit(OpCodes.Ldarg, target);
        il.Emit(OpCodes.Ldfld, Members.HostDelegate);
        il.Emit(OpCodes.Castclass, type);
        if (wantsInstance)
        {
            il.Emit(OpCodes.Ldarg, target);
            il.Emit(OpCodes.Ldfld, Members.HostInstance);
        }

        for (short index = 0; index < target; index++)
            il.Emit(OpCodes.Ldarg, index);

        il.Emit(OpCodes.Callvirt, invoke);
        if (result is not null)
            il.Emit(OpCodes.Stloc, result);

        foreach (var lookalike in new[] { typeof(IndexOutOfRangeException), typeof(ArithmeticException) })
        {
            il.BeginCatchBlock(lookalike);
            il.Emit(OpCodes.Call, Members.Trap(nameof(Traps.Wrap)));
            il.Emit(OpCodes.Throw);
        }

        il.EndExceptionBlock();
        if (result is not null)
        {
            CheckResults(il, result, function);
            il.Emit(OpCodes.Ldloc, result);
        }

        il.Emit(OpCodes.Ret);

        void CheckResults(ILGenerator code, LocalBuilder local, WasmFunctionType signature)
        {
            for (var index = 0; index < signature.Results.Length; index++)
            {
                if (signature.Results[index] != WasmValueType.FuncRef)
                    continue;

                if (signature.Results.Length == 1)
                    code.Emit(OpCodes.Ldloc, local);
                else
                    TupleEmitter.LoadItem(code, local, index);

                code.Emit(OpCodes.Ldarg, target);
                code.Emit(OpCodes.Ldfld, Members.HostStore);
                code.Emit(OpCodes.Call, Members.CheckFunction);
                code.Emit(OpCodes.Pop);
            }
        }
    }
}
