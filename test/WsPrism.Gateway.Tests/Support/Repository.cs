namespace WsPrism.Gateway.Tests.Support;

/// <summary>Finds files of the repository that this assembly was built in.</summary>
internal static class Repository
{
    public static string PathOf(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WsPrism.slnx")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, path);
    }
}
