namespace WsPrism.Configuration;

/// <summary>The configuration that the gateway runs as a demo, without a file: one tenant on loopback with fixed tickets.</summary>
public static class DemoConfig
{
    /// <summary>Name that problems and the source map have for it.</summary>
    public const string FileName = "demo.yaml";

    /// <summary>The YAML text, for <see cref="ConfigLoader.LoadText"/>.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(DemoConfig).Assembly.GetManifestResourceStream(FileName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
