using System.Text;

namespace WsPrism.Configuration.Tests;

/// <summary>Variables and files that exist in a test only. Files are relative to the folder of the configuration file.</summary>
internal sealed class TestEnvironment : ConfigEnvironment
{
    public Dictionary<string, string> Variables { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    public TestEnvironment WithVariable(string name, string value)
    {
        Variables[name] = value;
        return this;
    }

    public TestEnvironment WithFile(string path, string content)
    {
        Files[Path.GetFullPath(path)] = Encoding.UTF8.GetBytes(content);
        return this;
    }

    public override string? GetVariable(string name) => Variables.GetValueOrDefault(name);

    public override bool FileExists(string path) => Files.ContainsKey(Path.GetFullPath(path));

    public override byte[] ReadFile(string path, int maxBytes) =>
        Files.TryGetValue(Path.GetFullPath(path), out var content) ? content[..Math.Min(content.Length, maxBytes + 1)] : throw new FileNotFoundException();
}
