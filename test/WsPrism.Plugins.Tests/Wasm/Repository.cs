namespace WsPrism.Plugins.Tests.Wasm;

/// <summary>Files of the repository that tests look at as they are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path])).ReplaceLineEndings("\n");

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "WsPrism.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
