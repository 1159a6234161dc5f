using System.Numerics;
using System.Reflection;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>What compiled code reads, writes and calls.</summary>
internal static class Members
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static readonly FieldInfo InstanceStore = Field(typeof(WasmInstance), nameof(WasmInstance._store));
    public static readonly FieldInfo InstanceMemory = Field(typeof(WasmInstance), nameof(WasmInstance._memory));
    public static readonly FieldInfo InstanceGlobals = Field(typeof(WasmInstance), nameof(WasmInstance._globals));
    public static readonly FieldInfo InstanceFunctions = Field(typeof(WasmInstance), nameof(WasmInstance._functions));
    public static readonly FieldInfo StoreFuel = Field(typeof(WasmStore), nameof(WasmStore._fuelLeft));
    public static readonly FieldInfo StoreDepth = Field(typeof(WasmStore), nameof(WasmStore._depthLeft));
    public static readonly FieldInfo MemoryBuffer = Field(typeof(WasmMemory), nameof(WasmMemory._buffer));
    public static readonly FieldInfo GlobalBits = Field(typeof(WasmGlobal), nameof(WasmGlobal._bits));
    public static readonly FieldInfo GlobalReference = Field(typeof(WasmGlobal), nameof(WasmGlobal._reference));
    public static readonly FieldInfo FunctionTarget = Field(typeof(WasmFunction), nameof(WasmFunction._target));
    public static readonly FieldInfo FunctionCode = Field(typeof(WasmFunction), nameof(WasmFunction._code));
    public static readonly FieldInfo FunctionStore = Field(typeof(WasmFunction), nameof(WasmFunction._store));
    public static readonly FieldInfo HostDelegate = Field(typeof(HostTarget), nameof(HostTarget._delegate));
    public static readonly FieldInfo HostInstance = Field(typeof(HostTarget), nameof(HostTarget._instance));
    public static readonly FieldInfo HostStore = Field(typeof(HostTarget), nameof(HostTarget._store));

    public static readonly MethodInfo CheckDepth = Method(typeof(WasmStore), nameof(WasmStore.CheckDepth));
    public static readonly MethodInfo FunctionAt = Method(typeof(WasmInstance), nameof(WasmInstance.FunctionAt));
    public static readonly MethodInfo Enter = Method(typeof(WasmFunction), nameof(WasmFunction.Enter));
    public static readonly MethodInfo Leave = Method(typeof(WasmFunction), nameof(WasmFunction.Leave));
    public static readonly MethodInfo CheckFunction = Method(typeof(Boundary), nameof(Boundary.CheckFunction));
    public static readonly MethodInfo CheckStack = Method(typeof(StackGuard), nameof(StackGuard.Check));
    public static readonly MethodInfo RequireStack = Method(typeof(StackGuard), nameof(StackGuard.Require));
    public static readonly MethodInfo SingleFromBits = Method(typeof(BitConverter), nameof(BitConverter.Int32BitsToSingle));
    public static readonly MethodInfo DoubleFromBits = Method(typeof(BitConverter), nameof(BitConverter.Int64BitsToDouble));
    public static readonly MethodInfo SingleToBits = Method(typeof(BitConverter), nameof(BitConverter.SingleToInt32Bits));
    public static readonly MethodInfo DoubleToBits = Method(typeof(BitConverter), nameof(BitConverter.DoubleToInt64Bits));

    public static readonly MethodInfo SingleConstant = Method(typeof(Floats), nameof(Floats.Single));
    public static readonly MethodInfo DoubleConstant = Method(typeof(Floats), nameof(Floats.Double));
    public static readonly FieldInfo DoubleOne = Field(typeof(WasmStore), nameof(WasmStore._doubleOne));

    public static FieldInfo? HiddenConstant(float value) => BitConverter.SingleToInt32Bits(value) switch
    {
        0 => Field(typeof(WasmStore), nameof(WasmStore._singleZero)),
        int.MinValue => Field(typeof(WasmStore), nameof(WasmStore._singleMinusZero)),
        _ when value is 1 => Field(typeof(WasmStore), nameof(WasmStore._singleOne)),
        _ when value is -1 => Field(typeof(WasmStore), nameof(WasmStore._singleMinusOne)),
        _ => null,
    };

    public static FieldInfo? HiddenConstant(double value) => BitConverter.DoubleToInt64Bits(value) switch
    {
        0 => Field(typeof(WasmStore), nameof(WasmStore._doubleZero)),
        long.MinValue => Field(typeof(WasmStore), nameof(WasmStore._doubleMinusZero)),
        _ when value is 1 => DoubleOne,
        _ when value is -1 => Field(typeof(WasmStore), nameof(WasmStore._doubleMinusOne)),
        _ => null,
    };

    public static MethodInfo Trap(string name) => Method(typeof(Traps), name);

    public static MethodInfo Memory(string name) => Method(typeof(MemoryInstructions), name);

    public static MethodInfo Table(string name) => Method(typeof(TableInstructions), name);

    public static MethodInfo Bits(string name, Type type) => Method(typeof(BitOperations), name, type);

    public static MethodInfo Rotate(string name, Type type) => Method(typeof(BitOperations), name, type, typeof(int));

    public static MethodInfo Remainder(Type type) => Method(typeof(Integers), nameof(Integers.Remainder), type, type);

    public static MethodInfo Unary(string name, Type type) => Method(type == typeof(float) ? typeof(MathF) : typeof(Math), name, type);

    public static MethodInfo CopySign(Type type) => Method(type == typeof(float) ? typeof(MathF) : typeof(Math), nameof(Math.CopySign), type, type);

    public static MethodInfo MinMax(string name, Type type) => Method(typeof(Floats), name, type, type);

    public static MethodInfo Conversion(string name) => Method(typeof(Conversions), name);

    private static FieldInfo Field(Type type, string name) => type.GetField(name, All) ?? throw new MissingFieldException(type.Name, name);

    private static MethodInfo Method(Type type, string name, params Type[] parameters)
    {
        var method = parameters.Length > 0 ? type.GetMethod(name, All, parameters) : type.GetMethod(name, All);
        return method ?? throw new MissingMethodException(type.Name, name);
    }
}
