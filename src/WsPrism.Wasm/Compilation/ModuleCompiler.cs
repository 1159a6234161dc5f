using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>
/// Compiles a module to one collectible assembly, down to machine code: nothing is left for the first call, which may have little stack and no time. The
/// JIT works recursively, so it gets a thread with a large stack.
/// </summary>
internal static class ModuleCompiler
{
    private const int JitStackBytes = 64 * 1024 * 1024;

    // The JIT's time to optimise grows with the third power of the loops of a function: a hundred take some 20 ms, eight hundred two seconds.
    private const int MaxOptimizedLoops = 100;

    public static CompiledModule Compile(ModuleData module)
    {
        if (nint.Size != sizeof(long) || !BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Compiled WebAssembly needs a little-endian 64-bit process.");

        CompiledModule? compiled = null;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(Work, JitStackBytes) { IsBackground = true, Name = "wasm compiler" };
        thread.Start();
        thread.Join();
        fault?.Throw();
        return compiled!;

        void Work()
        {
            try
            {
                compiled = CompileHere(module);
            }
            catch (Exception e)
            {
                fault = ExceptionDispatchInfo.Capture(e);
            }
        }
    }

    private static CompiledModule CompileHere(ModuleData module)
    {
        var type = DynamicCode.DefineType("WasmModule");
        var methods = new MethodBuilder[module.Bodies.Count];
        for (var index = 0; index < methods.Length; index++)
            methods[index] = Define(type, $"f{index}", TypeOf(module, index), module.Bodies[index]);

        for (var index = 0; index < methods.Length; index++)
        {
            var method = methods[index];
            if (MethodFrame.EstimateFrame(module.Bodies[index]) > StackGuard.LargeFrame)
            {
                method = Define(type, $"g{index}", TypeOf(module, index), module.Bodies[index]);
                EmitGuard(methods[index].GetILGenerator(), method, TypeOf(module, index), module.Bodies[index]);
            }

            FunctionCompiler.Compile(method.GetILGenerator(), module, TypeOf(module, index), module.Bodies[index], methods);
        }

        var created = type.CreateType();
        var byName = created.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly).ToDictionary(method => method.Name, StringComparer.Ordinal);
        foreach (var method in byName.Values)
            RuntimeHelpers.PrepareMethod(method.MethodHandle);

        return new CompiledModule(created.Assembly, [.. methods.Select(method => byName[method.Name])]);
    }

    private static WasmFunctionType TypeOf(ModuleData module, int body) => module.Functions[module.ImportedFunctions + body];

    private static MethodBuilder Define(TypeBuilder type, string name, WasmFunctionType function, FunctionBody body)
    {
        var method = type.DefineMethod(
            name, MethodAttributes.Static | MethodAttributes.Public, ClrTypes.Result(function.Results), ClrTypes.Parameters(function, typeof(WasmInstance)));
        method.SetImplementationFlags(body.LoopCosts.Length > MaxOptimizedLoops ? DynamicCode.PlainFlags : DynamicCode.Flags);
        return method;
    }

    // The frame of a method is there before its first instruction, so somebody else has to ask for room.
    private static void EmitGuard(ILGenerator il, MethodBuilder guarded, WasmFunctionType type, FunctionBody body)
    {
        il.Emit(OpCodes.Ldc_I4, MethodFrame.EstimateFrame(body));
        il.Emit(OpCodes.Call, Members.RequireStack);
        for (var index = 0; index <= type.Parameters.Length; index++)
            il.Emit(OpCodes.Ldarg, (short)index);

        il.Emit(OpCodes.Call, guarded);
        il.Emit(OpCodes.Ret);
    }
}
