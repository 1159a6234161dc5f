using System.Reflection;
using System.Xml.Linq;

namespace WsPrism.ApiDoc;

/// <summary>An assembly and what its XML documentation says: its public types, and of each member the words that belong to it.</summary>
internal sealed class Package
{
    private readonly Dictionary<string, XElement> _said;

    private Package(Assembly assembly, Dictionary<string, XElement> said)
    {
        Name = assembly.GetName().Name!;
        Types = [.. assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal)];
        _said = said;
    }

    public string Name { get; }

    public IReadOnlyList<Type> Types { get; }

    /// <summary>Members that were asked for and of which nothing is said.</summary>
    public SortedSet<string> Undocumented { get; } = new(StringComparer.Ordinal);

    public static Package Load(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file} is missing: build with GenerateDocumentationFile.");
        return new(assembly, XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal));
    }

    /// <summary>The name of a type's page.</summary>
    public static string FileOf(Type type) => (type.IsNested ? FileOf(type.DeclaringType!) + "." : string.Empty) + type.Name.Replace('`', '-');

    /// <summary>What is said of a type or member, or of the one that it implements or overrides.</summary>
    public XElement? About(MemberInfo member)
    {
        var said = Find(member);
        if (said is null)
            Undocumented.Add($"{Name}: {MemberId.Of(member)}");
        return said;
    }

    private XElement? Find(MemberInfo member)
    {
        if (_said.TryGetValue(MemberId.Of(member), out var said) && said.Element("inheritdoc") is null && said.Element("summary") is not null)
            return said;

        // Of a record's property its parameter tells.
        if (member is PropertyInfo && _said.TryGetValue(MemberId.Of(member.DeclaringType!), out var type) &&
            type.Elements("param").FirstOrDefault(param => param.Attribute("name")?.Value == member.Name) is { } parameter)
        {
            return new XElement("member", new XElement("summary", parameter.Nodes()));
        }

        return Inherited.Of(member).Select(Find).FirstOrDefault(found => found is not null) ?? WellKnown(member);
    }

    // What everybody knows needs no words of ours.
    private static XElement? WellKnown(MemberInfo member) => member.Name switch
    {
        "ToString" => Summary("As text, for people."),
        "Equals" or "GetHashCode" or "op_Equality" or "op_Inequality" => Summary("Compares by value."),
        "Dispose" or "DisposeAsync" => Summary("Gives back what it holds."),
        ".ctor" when member is ConstructorInfo constructor && constructor.GetParameters().Length == 0 => Summary("Makes one."),
        _ => null,
    };

    private static XElement Summary(string text) => new("member", new XElement("summary", text));
}
