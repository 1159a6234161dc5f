using System.Reflection;

namespace WsPrism.Wasm.Compilation;

/// <summary>The methods of a module, shared by its instances. They live as long as this object or one of them runs.</summary>
internal sealed class CompiledModule
{
    private readonly MethodInfo[] _methods;
    private readonly nint[] _pointers;

    public CompiledModule(Assembly assembly, MethodInfo[] methods)
    {
        Assembly = assembly;
        _methods = methods;
        _pointers = new nint[methods.Length];
    }

    public Assembly Assembly { get; }

    /// <summary>A pointer to the code of a function, counted without those imported. Any thread may ask: all get the same answer.</summary>
    public nint Pointer(int index)
    {
        if (_pointers[index] == 0)
            _pointers[index] = _methods[index].MethodHandle.GetFunctionPointer();

        return _pointers[index];
    }
}
