using System.Reflection;
using System.Security.Cryptography;
using WsPrism.Configuration;

namespace WsPrism.Gateway.Cli.New;

/// <summary>What <c>wsprism new</c> writes: the files of <c>templates/starter</c> with its names put in, fresh secrets, and what the gateway itself brings.</summary>
internal sealed class Starter(string name, string tenant, StarterBackend backend)
{
    private const string Templates = "starter/";

    public string Name => name;

    public StarterBackend Backend => backend;

    public IEnumerable<StarterFile> Files()
    {
        foreach (var resource in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(resource => resource.StartsWith(Templates, StringComparison.Ordinal)))
        {
            if (Place(resource[Templates.Length..].Replace('\\', '/')) is { } path)
                yield return new StarterFile(path, Fill(Read(resource)));
        }

        yield return new StarterFile("page/wsprism.js", Read("Demo/wsprism.js"));
        yield return new StarterFile("wsprism.schema.json", ConfigSchema.WriteJson());
        yield return new StarterFile("secrets/api-key", RandomNumberGenerator.GetHexString(64, lowercase: true) + "\n", IsSecret: true);
        yield return new StarterFile("secrets/hook-secret", $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\n", IsSecret: true);
    }

    // A template's place in the starter; null for the backend that was not asked for.
    private string? Place(string template)
    {
        if (template == "gitignore") // without its dot, or it would be in force where the templates are
            return ".gitignore";
        return template.StartsWith(backend.Name + "/", StringComparison.Ordinal) ? template[(backend.Name.Length + 1)..]
            : StarterBackend.All.Any(other => template.StartsWith(other.Name + "/", StringComparison.Ordinal)) ? null
            : template;
    }

    private string Fill(string text) => text
        .Replace("starter-name", name, StringComparison.Ordinal)
        .Replace("starter-tenant", tenant, StringComparison.Ordinal)
        .Replace("starter-backend", backend.File, StringComparison.Ordinal)
        .Replace("starter-run", backend.Run, StringComparison.Ordinal);

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
