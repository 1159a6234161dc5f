using System.Reflection;

namespace WsPrism.Wasm.Compilation;

/// <summary>The .NET types of values and results. Several results are a tuple, from the eighth on nested as C# does it.</summary>
internal static class ClrTypes
{
    public const int TupleItems = 7;

    private static readonly Type[] Tuples =
    [
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>),
        typeof(ValueTuple<,,,,,,>), typeof(ValueTuple<,,,,,,,>),
    ];

    public static Type Of(WasmValueType type) => type switch
    {
        WasmValueType.I32 => typeof(int),
        WasmValueType.I64 => typeof(long),
        WasmValueType.F32 => typeof(float),
        WasmValueType.F64 => typeof(double),
        WasmValueType.FuncRef => typeof(WasmFunction),
        _ => typeof(object),
    };

    public static Type[] Of(ReadOnlySpan<WasmValueType> types)
    {
        var clr = new Type[types.Length];
        for (var index = 0; index < clr.Length; index++)
            clr[index] = Of(types[index]);

        return clr;
    }

    public static Type Result(ReadOnlySpan<WasmValueType> results) => results.Length switch
    {
        0 => typeof(void),
        1 => Of(results[0]),
        _ => Tuple(Of(results)),
    };

    /// <summary>The parameters of compiled code: those of the function, then what it is called on.</summary>
    public static Type[] Parameters(WasmFunctionType type, Type target) => [.. Of(type.Parameters), target];

    public static WasmValueType? Value(Type type)
    {
        if (type == typeof(int))
            return WasmValueType.I32;

        if (type == typeof(long))
            return WasmValueType.I64;

        if (type == typeof(float))
            return WasmValueType.F32;

        if (type == typeof(double))
            return WasmValueType.F64;

        if (type == typeof(WasmFunction))
            return WasmValueType.FuncRef;

        return type == typeof(object) ? WasmValueType.ExternRef : null;
    }

    /// <summary>The function type of a delegate type, without its first parameters; null where a type is none of WebAssembly's.</summary>
    public static WasmFunctionType? Signature(MethodInfo invoke, int skip = 0)
    {
        var parameters = invoke.GetParameters().Skip(skip).Select(parameter => Value(parameter.ParameterType)).ToArray();
        var results = Results(invoke.ReturnType).ToArray();
        return parameters.Concat(results).Any(type => type is null)
            ? null
            : new WasmFunctionType([.. parameters.Select(type => type!.Value)], [.. results.Select(type => type!.Value)]);
    }

    private static Type Tuple(Type[] items) => items.Length <= TupleItems
        ? Tuples[items.Length - 1].MakeGenericType(items)
        : Tuples[TupleItems].MakeGenericType([.. items[..TupleItems], Tuple(items[TupleItems..])]);

    private static IEnumerable<WasmValueType?> Results(Type type)
    {
        if (type == typeof(void))
            return [];

        if (!type.IsGenericType || !Tuples.Contains(type.GetGenericTypeDefinition()))
            return [Value(type)];

        var items = type.GetGenericArguments();
        return items.Length <= TupleItems ? items.Select(Value) : items[..TupleItems].Select(Value).Concat(Results(items[TupleItems]));
    }
}
