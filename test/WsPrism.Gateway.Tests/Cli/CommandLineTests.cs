using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Cli;

/// <summary>Commands that answer and end.</summary>
public sealed class CommandLineTests : IDisposable
{
    private const string Yaml = """
        version: 1
        gateway:
          listen: "127.0.0.1:0"
          admin: {listen: "127.0.0.1:0"}
        tenants:
          - id: acme
            auth:
              dev_tickets:
                t-alice: "user:alice"
            policy:
              ext_allowlist:
                - "room:*"
                - "chat:send"
              hot_allowlist:
                - "1:10"
                - "250:*"
          - id: watched
            policy:
              mode: shadow
              ext_allowlist: []
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("start", "--help")]
    [InlineData("new", "--help")]
    [InlineData("validate", "--help")]
    [InlineData("policy", "explain", "--help")]
    [InlineData("plugin", "test", "--help")]
    public async Task Help_is_given_on_standard_output(params string[] arguments)
    {
        var (code, output, errors) = await GatewayProcess.RunAsync(_folder.Path, arguments);

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.Contains("wsprism", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_three_numbers()
    {
        var (code, output, errors) = await GatewayProcess.RunAsync(_folder.Path, "--version");

        Assert.Equal((0, ""), (code, errors));
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+\n$", output);
    }

    [Theory]
    [InlineData]
    [InlineData("strat")]
    [InlineData("start", "--nonsense")]
    [InlineData("start", "extra")]
    [InlineData("start", "--config")]
    [InlineData("policy")]
    [InlineData("policy", "explain")]
    [InlineData("policy", "explain", "--tenant", "acme")]
    [InlineData("policy", "explain", "--tenant", "acme", "--message", "{}", "--hot", "01:01")]
    [InlineData("policy", "explain", "--tenant", "acme", "--hot", "1:256")]
    [InlineData("policy", "explain", "--tenant", "acme", "--hot", "01")]
    [InlineData("policy", "explain", "--tenant", "nobody", "--hot", "01:01")]
    [InlineData("plugin")]
    [InlineData("plugin", "test")]
    [InlineData("plugin", "test", "x.txt")]
    [InlineData("plugin", "test", "x.dll", "--message", "{")]
    [InlineData("plugin", "test", "x.dll", "--message", "{\"svc\":\"plugin\",\"type\":\"x\"}")]
    [InlineData("plugin", "test", "x.dll", "--hot", "0501")]
    [InlineData("plugin", "test", "x.dll", "--name", "chat")]
    [InlineData("plugin", "test", "x.dll", "--setting", "max")]
    [InlineData("plugin", "test", "x.dll", "--wait", "60001")]
    [InlineData("plugin", "test", "x.dll", "--filter")]
    [InlineData("plugin", "test", "x.lua", "--setting", "max=1")]
    public async Task Wrong_usage_is_exit_code_2_and_says_what_is_wrong(params string[] arguments)
    {
        _folder.Write("wsprism.yaml", Yaml);

        var (code, output, errors) = await GatewayProcess.RunAsync(_folder.Path, arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(errors);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_right_file_validates_with_exit_code_0()
    {
        var path = _folder.Write("right.yaml", Yaml);

        var (code, output, errors) = await GatewayProcess.RunAsync(_folder.Path, "validate", "--config", path);

        Assert.Equal((0, ""), (code, errors));
        Assert.EndsWith($"{path} is valid: 2 tenants (acme, watched)\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("start")]
    public async Task A_wrong_file_is_exit_code_1_with_every_error_at_its_line(string command)
    {
        _folder.Write("wsprism.yaml", """
            version: 1
            gateway:
              ping_interval_ms: 1
              lissen: "x"
            tenants:
              - id: Acme
                policy: {mode: maybe}
            """);

        var (code, output, errors) = await GatewayProcess.RunAsync(_folder.Path, command);

        Assert.Equal((1, ""), (code, output));
        foreach (var line in new[] { 3, 4, 6, 7 })
        {
            Assert.Contains($"wsprism.yaml:{line}:", errors, StringComparison.Ordinal);
        }

        Assert.EndsWith(": 4 errors\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_does_not_exist_is_exit_code_1()
    {
        var (code, _, errors) = await GatewayProcess.RunAsync(_folder.Path, "start", "--config", "nowhere.yaml");

        Assert.Equal(1, code);
        Assert.Contains("nowhere.yaml", errors, StringComparison.Ordinal);
        Assert.Contains("does not exist", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_file_the_demonstration_is_validated()
    {
        var (code, output, _) = await GatewayProcess.RunAsync(_folder.Path, "validate");

        Assert.Equal(0, code);
        Assert.Contains("the built-in demonstration is valid", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_refuses_dev_tickets()
    {
        _folder.Write("wsprism.yaml", Yaml.Replace("gateway:", "gateway:\n  production: true", StringComparison.Ordinal));

        var (code, _, errors) = await GatewayProcess.RunAsync(_folder.Path, "start");

        Assert.Equal(1, code);
        Assert.Contains("dev_tickets", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acme", "--message", """{"svc":"chat","type":"send"}""", "pass", "allowlist", "wsprism.yaml:13:")]
    [InlineData("acme", "--message", """{"svc":"room","type":"join","room":"r"}""", "pass", "allowlist", "wsprism.yaml:12:")]
    [InlineData("acme", "--message", """{"svc":"chat","type":"typing"}""", "reject NOT_ALLOWED", "not_allowed", "wsprism.yaml:11:")]
    [InlineData("acme", "--message", """{"svc":"sys","type":"ping"}""", "pass", "always_allowed", null)]
    [InlineData("acme", "--message", """{"svc":"room","type":"leave"}""", "pass", "allowlist", "wsprism.yaml:12:")]
    [InlineData("watched", "--message", """{"svc":"room","type":"leave"}""", "pass", "always_allowed", null)]
    [InlineData("acme", "--message", "hello", "reject BAD_REQUEST", "malformed", null)]
    [InlineData("acme", "--message", """{"v":2,"svc":"chat","type":"send"}""", "reject UNSUPPORTED_VERSION", "unsupported_version", null)]
    [InlineData("watched", "--message", """{"svc":"chat","type":"send"}""", "reject NOT_ALLOWED", "not_allowed", "wsprism.yaml:20:")]
    [InlineData("acme", "--hot", "01:0a", "pass", "allowlist", "wsprism.yaml:15:")]
    [InlineData("acme", "--hot", "fa:00", "pass", "allowlist", "wsprism.yaml:16:")]
    [InlineData("acme", "--hot", "01:0b", "reject NOT_ALLOWED", "not_allowed", "wsprism.yaml:14:")]
    public async Task A_policy_is_explained_with_the_line_that_decided(string tenant, string kind, string what, string decision, string reason, string? source)
    {
        _folder.Write("wsprism.yaml", Yaml);

        var (code, output, errors) = await GatewayProcess.RunAsync(_folder.Path, "policy", "explain", "--tenant", tenant, kind, what);

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains($"decision  {decision}\n", output, StringComparison.Ordinal);
        Assert.Contains($"reason    {reason}", output, StringComparison.Ordinal);
        Assert.Equal(source is not null, output.Contains("\nsource ", StringComparison.Ordinal));
        if (source is not null)
        {
            Assert.Contains($"source    ./{source}", output.Replace("source    wsprism", "source    ./wsprism", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_shadow_policy_is_explained_as_one()
    {
        _folder.Write("wsprism.yaml", Yaml);

        var (_, output, _) = await GatewayProcess.RunAsync(_folder.Path, "policy", "explain", "-t", "watched", "-m", """{"svc":"chat","type":"send"}""");

        Assert.Contains("passes, counted only", output, StringComparison.Ordinal);
        Assert.Contains("wsprism.yaml:19:", output, StringComparison.Ordinal);
    }
}
