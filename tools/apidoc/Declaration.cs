using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace WsPrism.ApiDoc;

/// <summary>Types and members as C# declares them.</summary>
internal static class Declaration
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"public delegate {Returned(invoke)} {Bare(type)}({List(invoke.GetParameters())});";
        }

        var parents = type.GetInterfaces().Where(other => other.IsPublic && !Implied(type, other)).Select(other => TypeName.Of(other));
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
            parents = parents.Prepend(TypeName.Of(parent));
        var ending = type.IsEnum
            ? type.GetEnumUnderlyingType() == typeof(int) ? string.Empty : " : " + TypeName.Of(type.GetEnumUnderlyingType())
            : parents.Any() ? " : " + string.Join(", ", parents.Order(StringComparer.Ordinal)) : string.Empty;
        return $"public {Kind(type)} {Bare(type)}{ending}{Constraints(type.GetGenericArguments())}";
    }

    public static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{Access(constructor)} {TypeWord(constructor.DeclaringType!)}({List(constructor.GetParameters())});",
        MethodInfo { Name: "op_Implicit" or "op_Explicit" } method =>
            $"{Modifiers(method)}{(method.Name == "op_Implicit" ? "implicit" : "explicit")} operator {Returned(method)}({List(method.GetParameters())});",
        MethodInfo method => $"{Modifiers(method)}{Returned(method)} {NameOf(method)}({This(method)}{List(method.GetParameters())}){Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])};",
        PropertyInfo property => Of(property),
        EventInfo @event => $"{Modifiers(@event.AddMethod!)}event {TypeName.Of(@event.EventHandlerType!, Nullability.Create(@event))} {@event.Name};",
        FieldInfo field => Of(field),
        _ => throw new ArgumentException($"{member} has no declaration.", nameof(member)),
    };

    /// <summary>Whether the compiler wrote it: what every record has.</summary>
    public static bool IsMade(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), false);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is { } print && IsMade(print));

    private static string Kind(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => $"{(type.IsDefined(typeof(IsReadOnlyAttribute), false) ? "readonly " : "")}{(type.IsByRefLike ? "ref " : "")}{(IsRecord(type) ? "record " : "")}struct",
        _ => $"{(type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{(IsRecord(type) ? "record" : "class")}",
    };

    // What comes with being a record, and what another interface of the type brings.
    private static bool Implied(Type type, Type other) =>
        (other.IsGenericType && other.GetGenericTypeDefinition() == typeof(IEquatable<>) && IsRecord(type))
        || type.IsEnum
        || type.GetInterfaces().Append(type.BaseType).Any(third => third is not null && third != other && other.IsAssignableFrom(third));

    private static string TypeWord(Type type) => type.Name.Split('`')[0];

    // Without what may be null: that is of uses, not of the declaration.
    private static string Bare(Type type) => TypeName.Of(type);

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifiers(MethodBase method)
    {
        if (method.DeclaringType!.IsInterface)
            return method.IsStatic ? "static " : string.Empty;
        var kind = method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => "abstract ",
            MethodInfo info when info.GetBaseDefinition() != info => "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => string.Empty,
        };
        return $"{Access(method)} {kind}";
    }

    private static string Returned(MethodInfo method)
    {
        var reference = method.ReturnType.IsByRef ? method.ReturnParameter.IsDefined(typeof(IsReadOnlyAttribute), false) ? "ref readonly " : "ref " : string.Empty;
        return reference + TypeName.Of(method.ReturnType, Nullability.Create(method.ReturnParameter));
    }

    private static string NameOf(MethodInfo method) => method.Name.StartsWith("op_", StringComparison.Ordinal)
        ? "operator " + Operator(method.Name)
        : method.Name + (method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : string.Empty);

    private static string Operator(string name) => name switch
    {
        "op_Equality" => "==",
        "op_Inequality" => "!=",
        "op_LessThan" => "<",
        "op_GreaterThan" => ">",
        "op_LessThanOrEqual" => "<=",
        "op_GreaterThanOrEqual" => ">=",
        "op_Addition" => "+",
        "op_Subtraction" => "-",
        _ => name[3..],
    };

    private static string This(MethodInfo method) => method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : string.Empty;

    private static string List(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var way = parameter.ParameterType.IsByRef ? parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref " : string.Empty;
        var many = parameter.IsDefined(typeof(ParamArrayAttribute), false) || parameter.IsDefined(typeof(ParamCollectionAttribute), false) ? "params " : string.Empty;
        var value = parameter.HasDefaultValue ? " = " + Value(parameter.RawDefaultValue, parameter.ParameterType) : string.Empty;
        return $"{many}{way}{TypeName.Of(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Value(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ when (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } named => $"{named.Name}.{Enum.ToObject(named, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Of(PropertyInfo property)
    {
        var accessors = property.GetAccessors();
        var required = property.IsDefined(typeof(RequiredMemberAttribute), false) ? "required " : string.Empty;
        var reference = property.PropertyType.IsByRef ? "ref readonly " : string.Empty;
        var name = property.GetIndexParameters() is { Length: > 0 } at ? $"this[{List(at)}]" : property.Name;
        var setter = property.SetMethod is { IsPublic: true } set ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;" : string.Empty;
        return $"{Modifiers(accessors[0])}{required}{reference}{TypeName.Of(property.PropertyType, Nullability.Create(property))} {name} {{{(property.CanRead ? " get;" : "")}{setter} }}";
    }

    private static string Of(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        var value = field.IsLiteral ? " = " + Value(field.GetRawConstantValue(), field.FieldType) : string.Empty;
        return $"public {kind}{TypeName.Of(field.FieldType, Nullability.Create(field))} {field.Name}{value};";
    }

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Select(Constraint));

    private static string Constraint(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var isUnmanaged = parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "IsUnmanagedAttribute");
        string[] all =
        [
            .. isUnmanaged ? ["unmanaged"] : isStruct ? ["struct"] : attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? (string[])["class"] : [],
            .. parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(type => TypeName.Of(type)),
            .. attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct ? (string[])["new()"] : [],
        ];
        return all.Length == 0 ? string.Empty : $" where {parameter.Name} : {string.Join(", ", all)}";
    }
}
