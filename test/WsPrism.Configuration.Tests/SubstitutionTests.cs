namespace WsPrism.Configuration.Tests;

public sealed class SubstitutionTests
{
    private const string Secret = "s3cr3t-value";

    private readonly TestEnvironment _environment = new TestEnvironment()
        .WithVariable("HOST", "127.0.0.1")
        .WithVariable("SHARDS", "8")
        .WithVariable("YES", "true")
        .WithVariable("EVIL", "x\", production: true, listen: \"y")
        .WithVariable("EMPTY", "")
        .WithVariable("SECRET", Secret)
        .WithFile("secrets/port", "8081\r\n")
        .WithFile("huge", new string('x', 65_537));

    [Theory]
    [InlineData("listen: \"${HOST}:${file:secrets/port}\"", "listen", "127.0.0.1:8081")]
    [InlineData("listen: ${HOST}:1", "listen", "127.0.0.1:1")]
    [InlineData("shards: ${SHARDS}", "shards", "8")]
    [InlineData("shards: \"${SHARDS}\"", "shards", "8")]
    [InlineData("production: \"${YES}\"", "production", "True")]
    public void A_value_takes_what_comes_from_outside(string line, string key, string expected)
    {
        var result = Load(line);

        Assert.Empty(result.Errors);
        var gateway = result.Config!.Gateway;
        Assert.Equal(expected, key switch { "listen" => gateway.Listen, "shards" => $"{gateway.Shards}", _ => $"{gateway.Production}" });
    }

    [Fact]
    public void A_dollar_is_escaped_by_another()
    {
        var result = ConfigLoader.LoadText("version: 1\ntenants: [{id: a, auth: {dev_tickets: {d: \"$${HOST} $5 $$\"}}}]\n", "w.yaml", _environment);

        Assert.Equal("${HOST} $5 $$", result.Config!.Tenants[0].Auth.DevTickets["d"]);
    }

    [Fact]
    public void A_key_is_never_replaced() =>
        Assert.StartsWith("w.yaml:3:3: gateway[\"${HOST}\"]: unknown key;", Assert.Single(Load("${HOST}: 1").Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void What_comes_from_outside_cannot_add_yaml()
    {
        var result = Load("listen: \"${EVIL}\"");

        Assert.Equal("gateway.listen", Assert.Single(result.Errors).Path);
    }

    [Theory]
    [InlineData("shards: ${SECRET}")]
    [InlineData("production: ${SECRET}")]
    [InlineData("listen: ${SECRET}")]
    [InlineData("io: ${SECRET}")]
    [InlineData("trusted_proxies: [\"${SECRET}/8\", \"${SECRET}/8\"]")]
    [InlineData("tls: {pfx_file: \"${SECRET}\"}")]
    [InlineData("tls: \"${SECRET}\"")]
    [InlineData("logging: {level: \"${SECRET}\"}")]
    [InlineData("logging: {categories: {a: \"${SECRET}\"}}")]
    public void A_value_from_outside_is_in_no_message(string line)
    {
        var result = Load(line);

        Assert.NotEmpty(result.Errors);
        Assert.All(result.Errors, error => Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal));
        Assert.Contains(result.Errors, error => error.Message.Contains("${SECRET}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("io: ${EMPTY}", "must be auto, epoll, io_uring or portable, got the value of \"${EMPTY}\"")]
    [InlineData("io: ${NONE}", "the environment variable NONE is not set")]
    [InlineData("io: ${1X}", "\"${1X}\" names no variable: write ${NAME} or ${file:PATH}, or $${ for the text itself")]
    [InlineData("io: ${file:none}", "the file \"none\" does not exist")]
    [InlineData("io: ${file:huge}", "the file \"huge\" is too large for a value: at most 65536 bytes")]
    public void What_cannot_be_replaced_is_an_error(string line, string message) =>
        Assert.Equal(message, Assert.Single(Load(line).Errors).Message);

    [Fact]
    public void A_value_cannot_grow_without_bound()
    {
        _environment.WithFile("large", new string('x', 65_536));

        var errors = Load($"io: {string.Concat(Enumerable.Repeat("${file:large}", 1_000))}").Errors;

        Assert.Equal("too long once replaced: at most 131072 characters", Assert.Single(errors).Message);
    }

    [Theory]
    [InlineData("sessions: {mode: single, max_sessions_per_user: \"${N}\"}")]
    [InlineData("ext_allowlist: [\"${SVC}:x\"]")]
    [InlineData("ext_allowlist: [\"room:${SVC}\"]")]
    [InlineData("hot_allowlist: [\"${N}:1\"]")]
    public void Rules_do_not_show_what_comes_from_outside(string line)
    {
        _environment.WithVariable("N", "123").WithVariable("SVC", "outside-name");

        var result = ConfigLoader.LoadText($"version: 1\ntenants:\n  - id: a\n    policy:\n      {line}\n", "w.yaml", _environment);

        var problem = Assert.Single(result.Errors.Concat(result.Warnings)).ToString();
        Assert.Contains("a value from outside", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("123", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("outside-name", problem, StringComparison.Ordinal);
    }

    private ConfigLoadResult Load(string line) =>
        ConfigLoader.LoadText($"version: 1\ngateway:\n  {line}\ntenants: [{{id: a}}]\n", "w.yaml", _environment);
}
