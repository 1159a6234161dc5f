namespace WsPrism.Configuration.Tests;

public sealed class SourceMapTests
{
    private readonly ConfigSourceMap _source = ConfigLoader.LoadText(
        """
        version: 1
        tenants:
          - id: acme
            auth:
              dev_tickets:
                dev: "user:dev"
            policy:
              rate_limit_rps: 7
              ext_allowlist:
                - "room:*"
                - "chat:send"
        gateway:
          logging: {categories: {A.B: debug}}
        """,
        "wsprism.yaml").Source;

    [Theory]
    [InlineData("version", "wsprism.yaml:1:10")]
    [InlineData("tenants[0]", "wsprism.yaml:3:5")]
    [InlineData("tenants[0].policy", "wsprism.yaml:7:5")]
    [InlineData("tenants[0].policy.rate_limit_rps", "wsprism.yaml:8:23")]
    [InlineData("tenants[0].policy.ext_allowlist[1]", "wsprism.yaml:11:11")]
    [InlineData("tenants[0].auth.dev_tickets[0]", "wsprism.yaml:6:14")]
    [InlineData("gateway.logging.categories[\"A.B\"]", "wsprism.yaml:13:31")]
    public void A_written_key_has_its_line_and_column(string path, string expected) => Assert.Equal(expected, _source.Find(path).ToString());

    [Theory]
    [InlineData("tenants[0].policy.mode", 7)]
    [InlineData("tenants[0].limits.outbound.ext_bytes", 3)]
    [InlineData("gateway.logging.categories[\"C.D\"]", 13)]
    [InlineData("", 1)]
    public void A_key_that_is_not_written_is_a_default_near_its_section(string path, int line)
    {
        var found = _source.Find(path);

        Assert.Equal((path.Length > 0, line), (found.IsDefault, found.Line));
    }

    [Fact]
    public void A_default_says_so() => Assert.Equal("wsprism.yaml (default)", _source.Find("gateway.listen").ToString());
}
