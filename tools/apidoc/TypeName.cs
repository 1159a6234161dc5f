using System.Reflection;

namespace WsPrism.ApiDoc;

/// <summary>Types as C# writes them: <c>IReadOnlyList&lt;string?&gt;</c>.</summary>
internal static class TypeName
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(void)] = "void",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
    };

    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!, nullability);
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Of(inner) + "?";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{Mark(type, nullability)}";
        if (type.IsPointer)
            return Of(type.GetElementType()!) + "*";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword + Mark(type, nullability);
        return Plain(type, nullability) + Mark(type, nullability);
    }

    private static string Plain(Type type, NullabilityInfo? nullability)
    {
        var outer = type is { IsNested: true, IsGenericParameter: false } && !type.DeclaringType!.IsGenericType ? Of(type.DeclaringType) + "." : string.Empty;
        if (!type.IsGenericType)
            return outer + type.Name;

        var arguments = type.GetGenericArguments();
        var known = nullability?.GenericTypeArguments is { } given && given.Length == arguments.Length ? given : new NullabilityInfo?[arguments.Length];
        var names = arguments.Zip(known, Of);
        return type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true
            ? $"({string.Join(", ", names)})"
            : $"{outer}{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", names)}>";
    }

    private static string Mark(Type type, NullabilityInfo? nullability) =>
        !type.IsValueType && nullability is { } known && (known.ReadState == NullabilityState.Nullable || (known.ReadState == NullabilityState.Unknown && known.WriteState == NullabilityState.Nullable))
            ? "?" : string.Empty;
}
