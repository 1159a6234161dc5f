using System.Text;

namespace WsPrism.Configuration.Tests;

public sealed class LoaderTests
{
    private const string Minimal = "version: 1\ntenants:\n  - id: acme\n";

    [Fact]
    public void What_is_left_out_has_the_defaults_of_the_records()
    {
        var config = ConfigLoader.LoadText(Minimal, "wsprism.yaml").Config!;

        Assert.Equal(Read(new Core.Configuration.GatewayConfig()), Read(config.Gateway));
        Assert.Equal(Read(new Core.Configuration.TenantConfig { Id = "acme" }), Read(Assert.Single(config.Tenants)));
    }

    [Fact]
    public void What_is_written_arrives()
    {
        var text = Minimal + "    policy: {slow_consumer: drop_oldest, hot_allowlist: [\"7:*\"], rate_limit_rps: 7}\n"
            + "    services: {hot: {7: echo}}\n    rooms: [{match: \"m:*\", hot: {reliable_opcodes: [3]}}]\n";

        var tenant = ConfigLoader.LoadText(text, "wsprism.yaml").Config!.Tenants[0];

        Assert.Equal(Core.Configuration.SlowConsumerRule.DropOldest, tenant.Policy.SlowConsumer);
        Assert.Equal(["7:*"], tenant.Policy.HotAllowlist);
        Assert.Equal(7, tenant.Policy.RateLimitRps);
        Assert.Equal("echo", Assert.Single(tenant.Services.Hot).Value);
        Assert.Equal([3], tenant.Rooms[0].Hot.ReliableOpcodes);
    }

    [Fact]
    public void Single_mode_makes_one_session_the_default()
    {
        var config = ConfigLoader.LoadText(Minimal + "    policy: {sessions: {mode: single}}\n", "wsprism.yaml").Config!;

        Assert.Equal(1, config.Tenants[0].Policy.Sessions.MaxSessionsPerUser);
    }

    [Fact]
    public void Paths_are_relative_to_the_file()
    {
        var environment = new TestEnvironment().WithFile("/etc/site/tls/a.pem", "").WithFile("/etc/site/tls/b.pem", "");

        var config = ConfigLoader.LoadText(Minimal + "gateway: {tls: {cert_file: tls/a.pem, key_file: ./tls/b.pem}}\n", "/etc/site/w.yaml", environment).Config!;

        Assert.Equal(("/etc/site/tls/a.pem", "/etc/site/tls/b.pem"), (config.Gateway.Tls!.CertFile, config.Gateway.Tls.KeyFile));
    }

    [Fact]
    public void A_file_with_a_byte_order_mark_and_carriage_returns_loads()
    {
        var environment = new TestEnvironment().WithFile("w.yaml", "\uFEFF" + Minimal.ReplaceLineEndings("\r\n"));

        Assert.Empty(ConfigLoader.LoadFile("w.yaml", environment).Errors);
    }

    [Fact]
    public void A_missing_file_is_an_error() =>
        Assert.Equal("none.yaml: the file does not exist", OnlyError(ConfigLoader.LoadFile("none.yaml", new TestEnvironment())));

    [Fact]
    public void A_folder_is_an_error() =>
        Assert.Equal($"{AppContext.BaseDirectory}: the file cannot be read", OnlyError(ConfigLoader.LoadFile(AppContext.BaseDirectory)));

    [Fact]
    public void A_file_that_is_too_large_is_an_error()
    {
        var environment = new TestEnvironment().WithFile("w.yaml", new string('#', (1024 * 1024) + 1));

        Assert.Equal("w.yaml:1:1: the file is too large: at most 1048576 bytes", OnlyError(ConfigLoader.LoadFile("w.yaml", environment)));
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_an_error_at_the_first_wrong_byte()
    {
        var environment = new TestEnvironment();
        environment.Files[Path.GetFullPath("w.yaml")] = [.. Encoding.UTF8.GetBytes("version: 1\n# ü"), 0xFC];

        Assert.Equal("w.yaml:2:4: the file must be UTF-8, this byte is not", OnlyError(ConfigLoader.LoadFile("w.yaml", environment)));
    }

    [Theory]
    [InlineData("\0", "U+0000")]
    [InlineData("\u0001", "U+0001")]
    [InlineData("\u0085", "U+0085")]
    [InlineData("\u2028", "U+2028")]
    [InlineData("\uFEFF", "U+FEFF")]
    public void A_character_that_cannot_be_seen_is_an_error(string character, string name) =>
        Assert.Equal($"w.yaml:2:4: the character {name} is not allowed in this file", OnlyError(ConfigLoader.LoadText($"version: 1\nx: {character}\n", "w.yaml")));

    [Fact]
    public void The_largest_number_of_tenants_loads_and_one_more_does_not()
    {
        static string Tenants(int count) =>
            "version: 1\ntenants:\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"- {{id: t{i}}}\n"));

        Assert.Empty(ConfigLoader.LoadText(Tenants(10_000), "w.yaml").Errors);
        Assert.Equal("w.yaml:2:1: tenants: must have 1 to 10000 entries, got 10001", OnlyError(ConfigLoader.LoadText(Tenants(10_001), "w.yaml")));
    }

    private static string OnlyError(ConfigLoadResult result)
    {
        Assert.Null(result.Config);
        return Assert.Single(result.Errors).ToString();
    }

    private static string Read<T>(T record) => System.Text.Json.JsonSerializer.Serialize(record);
}
