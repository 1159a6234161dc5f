using System.Reflection;

namespace WsPrism.ApiDoc;

/// <summary>The members whose words a member may take: those that it overrides or implements.</summary>
internal static class Inherited
{
    private const BindingFlags Instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    public static IEnumerable<MemberInfo> Of(MemberInfo member)
    {
        if (member.DeclaringType is not { } type || member is ConstructorInfo)
            return [];

        IEnumerable<Type> bases = type.BaseType is { } parent ? [parent, .. type.GetInterfaces()] : type.GetInterfaces();
        return bases.Where(other => other.Assembly.GetName().Name!.StartsWith("WsPrism.", StringComparison.Ordinal))
            .SelectMany(other => other.GetMember(member.Name, Instance))
            .Where(other => other.MemberType == member.MemberType && Parameters(other).SequenceEqual(Parameters(member), StringComparer.Ordinal));
    }

    private static IEnumerable<string> Parameters(MemberInfo member) => member switch
    {
        MethodInfo method => method.GetParameters().Select(parameter => parameter.ParameterType.ToString()),
        PropertyInfo property => property.GetIndexParameters().Select(parameter => parameter.ParameterType.ToString()),
        _ => [],
    };
}
