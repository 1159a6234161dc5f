using System.Text;

namespace WsPrism.ApiDoc;

/// <summary>The page that leads to the packages.</summary>
internal static class IndexPage
{
    private static readonly Dictionary<string, string> Purposes = new(StringComparer.Ordinal)
    {
        ["WsPrism.Client"] = "The .NET client: one user's session on a gateway.",
        ["WsPrism.Protocol"] = "What travels on the wire, read and written: envelopes, Hot frames, codes.",
        ["WsPrism.Services.Abstractions"] = "What a native plugin is built against.",
        ["WsPrism.Wasm"] = "The WebAssembly engine, which needs no gateway.",
    };

    public static string Of(IEnumerable<Package> packages)
    {
        var page = new StringBuilder("# .NET API\n\nWhat the packages show, from the XML documentation of their sources.\n\n| package | |\n| --- | --- |\n");
        foreach (var package in packages)
            page.Append($"| [`{package.Name}`](./{package.Name}/index.md) | {Purposes[package.Name]} |\n");
        return page.ToString();
    }
}
