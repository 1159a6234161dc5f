using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace WsPrism.ApiDoc;

/// <summary>The page of a type: what it is, and all that it has of its own.</summary>
internal static class TypePage
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Package package, Type type, MarkdownWriter writer)
    {
        var page = new StringBuilder();
        page.Append($"# {TypeName.Of(type).Replace("<", "\\<", StringComparison.Ordinal)}\n\nNamespace `{type.Namespace}`, package [`{package.Name}`](./index.md)\n\n");
        var said = package.About(type);
        page.Append($"{writer.Blocks(said?.Element("summary"), package)}\n\n```csharp\n{Declaration.Of(type)}\n```\n\n");
        Rest(page, said, writer, package, isType: !typeof(Delegate).IsAssignableFrom(type));
        if (type.IsEnum)
            Values(page, type, package, writer);
        else if (!typeof(Delegate).IsAssignableFrom(type))
            Members(page, type, package, writer);
        return page.ToString();
    }

    private static void Values(StringBuilder page, Type type, Package package, MarkdownWriter writer)
    {
        page.Append("## Values\n\n| name | value | |\n| --- | --- | --- |\n");
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            page.Append($"| `{field.Name}` | {Convert.ToInt64(field.GetRawConstantValue(), null)} | {writer.Line(package.About(field)?.Element("summary"), package)} |\n");
    }

    private static void Members(StringBuilder page, Type type, Package package, MarkdownWriter writer)
    {
        var all = type.GetMembers(Own).Where(IsShown).ToArray();
        Section("Constructors", all.OfType<ConstructorInfo>());
        Section("Fields", all.OfType<FieldInfo>());
        Section("Properties", all.OfType<PropertyInfo>());
        Section("Methods", all.OfType<MethodInfo>());
        Section("Events", all.OfType<EventInfo>());

        void Section(string title, IEnumerable<MemberInfo> members)
        {
            var groups = members.GroupBy(Name).OrderBy(group => group.Key, StringComparer.Ordinal).ToArray();
            if (groups.Length == 0)
                return;

            page.Append($"## {title}\n\n");
            foreach (var group in groups)
            {
                if (group.First() is not ConstructorInfo)
                    page.Append($"### {group.Key}\n\n");
                foreach (var member in group.OrderBy(member => Declaration.Of(member).Length))
                {
                    var said = package.About(member);
                    page.Append($"```csharp\n{Declaration.Of(member)}\n```\n\n{writer.Blocks(said?.Element("summary"), package)}\n\n");
                    Rest(page, said, writer, package, isType: false);
                }
            }
        }
    }

    // Private members, accessors, and what the compiler wrote are nobody's business.
    private static bool IsShown(MemberInfo member) => !Declaration.IsMade(member) && member switch
    {
        MethodInfo method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)),
        ConstructorInfo constructor => IsVisible(constructor) && !(constructor.DeclaringType!.IsAbstract && constructor.GetParameters().Length == 0),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo @event => IsVisible(@event.AddMethod!),
        FieldInfo field => field.IsPublic,
        _ => false,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static string Name(MemberInfo member) => member.Name.StartsWith("op_", StringComparison.Ordinal) ? "Operators" : member.Name;

    private static void Rest(StringBuilder page, XElement? said, MarkdownWriter writer, Package package, bool isType)
    {
        if (said is null)
            return;

        // Of a record's parameters its properties tell.
        var parameters = said.Elements("typeparam").Concat(isType ? [] : said.Elements("param")).ToArray();
        if (parameters.Length > 0)
        {
            page.Append("| parameter | |\n| --- | --- |\n");
            foreach (var parameter in parameters)
                page.Append($"| `{parameter.Attribute("name")!.Value}` | {writer.Line(parameter, package)} |\n");
            page.Append('\n');
        }

        if (said.Element("returns") is { } returns)
            page.Append($"Returns: {writer.Blocks(returns, package)}\n\n");
        foreach (var exception in said.Elements("exception"))
            page.Append($"Throws {writer.Link(exception.Attribute("cref")!.Value, package)}: {writer.Line(exception, package)}\n\n");
        foreach (var more in said.Elements("remarks").Concat(said.Elements("example")))
            page.Append($"{writer.Blocks(more, package)}\n\n");
    }
}
