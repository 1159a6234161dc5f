using System.Reflection;

namespace WsPrism.ApiDoc;

/// <summary>What a type or member is called in the XML documentation: <c>M:WsPrism.Client.WsPrismClient.ConnectAsync(System.Threading.CancellationToken)</c>.</summary>
internal static class MemberId
{
    public static string Of(MemberInfo member) => member switch
    {
        Type type => "T:" + NameOf(type),
        FieldInfo => $"F:{NameOf(member.DeclaringType!)}.{member.Name}",
        EventInfo => $"E:{NameOf(member.DeclaringType!)}.{member.Name}",
        PropertyInfo property => $"P:{NameOf(member.DeclaringType!)}.{member.Name}{List(property.GetIndexParameters())}",
        ConstructorInfo constructor => $"M:{NameOf(member.DeclaringType!)}.{(constructor.IsStatic ? "#cctor" : "#ctor")}{List(constructor.GetParameters())}",
        MethodInfo method => $"M:{NameOf(member.DeclaringType!)}.{member.Name}{Arity(method)}{List(method.GetParameters())}{Conversion(method)}",
        _ => throw new ArgumentException($"{member} is nothing that has words.", nameof(member)),
    };

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string Arity(MethodInfo method) => method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : string.Empty;

    private static string Conversion(MethodInfo method) => method.Name is "op_Implicit" or "op_Explicit" ? "~" + Parameter(method.ReturnType) : string.Empty;

    private static string List(ParameterInfo[] parameters) =>
        parameters.Length == 0 ? string.Empty : $"({string.Join(',', parameters.Select(parameter => Parameter(parameter.ParameterType)))})";

    private static string Parameter(Type type)
    {
        if (type.IsByRef)
            return Parameter(type.GetElementType()!) + "@";
        if (type.IsArray)
            return $"{Parameter(type.GetElementType()!)}[{string.Join(',', Enumerable.Repeat("0:", type.GetArrayRank() > 1 ? type.GetArrayRank() : 0))}]";
        if (type.IsPointer)
            return Parameter(type.GetElementType()!) + "*";
        if (type.IsGenericParameter)
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        if (!type.IsGenericType)
            return NameOf(type);

        var name = NameOf(type.GetGenericTypeDefinition());
        return $"{name[..name.IndexOf('`')]}{{{string.Join(',', type.GetGenericArguments().Select(Parameter))}}}";
    }
}
