using System.Text;
using WsPrism.Configuration;

namespace WsPrism.Fuzz.Targets;

/// <summary>Loads configurations: a file is one, or has at least one error with its place; nothing in it can throw.</summary>
internal sealed class YamlTarget : IFuzzTarget
{
    private static readonly ConfigEnvironment Nothing = new EmptyEnvironment();

    public string Name => "yaml";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        Encoding.UTF8.GetBytes(DemoConfig.Text),
        .. new[]
        {
            "version: 1\ntenants:\n  - id: a\n",
            """{"version":1,"tenants":[{"id":"a","policy":{"ext_allowlist":["chat:*"],"hot_allowlist":["1:*"]}}]}""",
            "version: 1\ntenants:\n  - id: a\n    rooms:\n      - match: \"m:*\"\n        hot: {reliable_opcodes: [1, 2]}\n    services: {hot: {1: game, 250: echo}}\n",
            "version: 1\ngateway:\n  listen: \"[::1]:8080\"\n  trusted_proxies: [\"10.0.0.0/8\"]\n  tls: {cert_file: a, key_file: b}\ntenants:\n  - id: a\n",
            "a: &x {b: *x}\n"
        }.Select(Encoding.UTF8.GetBytes)
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            ":", "- ", "*", "&a ", "!t ", "!!str ", "{", "}", "[", "]", "\"", "'", "|\n", ">-\n", "# ", "%", "? ", ",", "\n", "\t", "  ", "\0", "\\", "<<: ",
            "---\n", "...\n", "${X}", "${X:-y}", "${file:a}", "$${", "~", "null", "-1", "0x1", "0o7", "1e999", "1_000", "99999999999999999999", ".nan", ".inf",
            "\uFEFF", "\u2028", "\u0085", "*:*", "1:1", "256:0", "tenants:\n", "  - id: x\n", "version: 1\n", "policy:", "\"\\U0010FFFF\"", "\"\\xZZ\""
        }.Select(Encoding.UTF8.GetBytes)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        // Broken UTF-8 is the file reader's affair; here it becomes U+FFFD, and halves of surrogate pairs come in by UTF-16.
        Load(Encoding.UTF8.GetString(input));
        if (input.Length < 256)
            Load(Encoding.Unicode.GetString(input));
    }

    private static void Load(string text)
    {
        var result = ConfigLoader.LoadText(text, "fuzz.yaml", Nothing);
        BrokenInvariantException.ThrowIfNot(result.Config is null == result.Errors.Count > 0, "there is a configuration or at least one error");
        foreach (var error in result.Errors)
            BrokenInvariantException.ThrowIfNot(error is { Line: > 0, Column: > 0, Message.Length: > 0 }, $"an error has a place and a text: {error}");
    }

    private sealed class EmptyEnvironment : ConfigEnvironment
    {
        public override string? GetVariable(string name) => null;

        public override bool FileExists(string path) => false;

        public override byte[] ReadFile(string path, int maxBytes) => throw new FileNotFoundException();
    }
}
