using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace WsPrism.Core.Configuration;

/// <summary>
/// What two configurations say differently, by the paths of their keys; a list or a mapping is one key. Paths alone: values may be secrets.
/// </summary>
internal static class ConfigDiff
{
    /// <summary>The paths below <paramref name="path"/> at which two sections differ, in the order of the records.</summary>
    public static IReadOnlyList<string> Between(object before, object after, string path)
    {
        var paths = new List<string>();
        Collect(before, after, path, paths);
        return paths;
    }

    /// <summary>True where two values of a configuration say the same, whatever objects they are.</summary>
    public static bool AreEqual(object? one, object? other)
    {
        if (one is null || other is null)
        {
            return one is null && other is null;
        }

        return (one, other) switch
        {
            (IDictionary first, IDictionary second) =>
                first.Count == second.Count && first.Keys.Cast<object>().All(key => second.Contains(key) && AreEqual(first[key], second[key])),
            (string, string) => one.Equals(other),
            (IEnumerable first, IEnumerable second) => AreSequencesEqual(first, second),
            _ when IsSection(one) => one.GetType() == other.GetType() && Properties(one).All(property => AreEqual(property.GetValue(one), property.GetValue(other))),
            _ => one.Equals(other),
        };
    }

    /// <summary>The key of a property: <c>PerIpRps</c> is <c>per_ip_rps</c>.</summary>
    public static string KeyOf(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static void Collect(object before, object after, string path, List<string> paths)
    {
        foreach (var property in Properties(before))
        {
            var (one, other) = (property.GetValue(before), property.GetValue(after));
            var key = path.Length == 0 ? KeyOf(property) : $"{path}.{KeyOf(property)}";
            if (one is not null && other is not null && IsSection(one))
            {
                Collect(one, other, key, paths);
            }
            else if (!AreEqual(one, other))
            {
                paths.Add(key);
            }
        }
    }

    private static bool AreSequencesEqual(IEnumerable first, IEnumerable second)
    {
        var (one, other) = (first.Cast<object?>().ToArray(), second.Cast<object?>().ToArray());
        return one.Length == other.Length && one.Zip(other).All(pair => AreEqual(pair.First, pair.Second));
    }

    // An array of sections has their namespace, and is none.
    private static bool IsSection(object value) =>
        value is not IEnumerable && value.GetType() is { IsClass: true } type && type.Namespace == typeof(WsPrismConfig).Namespace;

    private static IEnumerable<PropertyInfo> Properties(object section) =>
        section.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property is { CanRead: true, CanWrite: true });
}
