using System.Reflection;

namespace WsPrism.Protocol.Tests;

/// <summary>Everything that an assembly shows to others, as text; compared with what is on record in PublicSurface.txt.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>
    /// Compares. To accept a change, copy the actual text from the file beside the test assembly.
    /// </summary>
    public static void IsTheOneOnRecord(Assembly assembly)
    {
        var actual = assembly.GetExportedTypes()
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(Describe)
            .ToList();
        File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "PublicSurface.actual.txt"), actual);

        var expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "PublicSurface.txt"));

        Assert.Equal(expected, actual);
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{Kind(type)} {type.FullName}";

        var members = type.GetMembers(Declared)
            .Where(member => member is not MethodInfo { IsSpecialName: true } && member.Name != "value__")
            .Select(Describe)
            .Order(StringComparer.Ordinal);
        foreach (var member in members)
            yield return $"  {member}";
    }

    private static string Kind(Type type) =>
        type.IsInterface ? "interface" : type.IsEnum ? $"enum({type.GetEnumUnderlyingType().Name})" : type.IsByRefLike ? "ref struct" : type.IsValueType ? "struct" : "class";

    private static string Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } field when field.GetRawConstantValue() is string text => $"{field.Name} = \"{text}\"",
        FieldInfo { IsLiteral: true } field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), null)}",
        PropertyInfo property => $"{property.PropertyType} {property.Name} {{{string.Join(",", property.GetAccessors().Select(a => a.Name[..3]))}}}",
        _ => member.ToString()!
    };
}
