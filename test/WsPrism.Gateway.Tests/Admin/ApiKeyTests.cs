using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class ApiKeyTests
{
    [Theory]
    [InlineData(ApiUnderTest.AcmeKey)]
    [InlineData(ApiUnderTest.OldAcmeKey)]
    [InlineData(ApiUnderTest.OperatorKey)]
    public async Task Each_of_a_tenants_keys_and_the_operators_reach_the_tenant(string key)
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.Equal(200, (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: key)).Status);
    }

    [Fact]
    public async Task Another_tenant_is_answered_like_one_that_is_not_there()
    {
        await using var api = await ApiUnderTest.StartAsync();

        foreach (var (method, rest) in new[] { ("GET", "/stats"), ("POST", "/messages"), ("DELETE", "/sessions/x"), ("GET", "/nothing"), ("GET", "") })
        {
            var other = await api.AskAsync(method, $"/v1/tenants/zeta{rest}");
            var missing = await api.AskAsync(method, $"/v1/tenants/nobody{rest}");

            Assert.Equal("404 BAD_REQUEST: There is no such tenant for this key.", ApiUnderTest.ProblemOf(other));
            Assert.Equal(missing.WithoutDate, other.WithoutDate);
        }

        Assert.Equal(404, (await api.AskAsync("GET", "/v1/tenants/nobody/stats", key: ApiUnderTest.OperatorKey)).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("acme-new-0123456789abcdef012345678")]
    [InlineData("acme-new-0123456789abcdef01234567890")]
    [InlineData("ACME-NEW-0123456789ABCDEF0123456789")]
    public async Task Without_a_key_that_is_one_nothing_is_told(string? key)
    {
        await using var api = await ApiUnderTest.StartAsync();

        foreach (var target in new[] { "/v1/tenants", "/v1/tenants/acme/stats", "/v1/tenants/nobody/nothing", "/v1/openapi.json" })
        {
            var answer = await api.AskAsync("GET", target, key: key);

            Assert.StartsWith("401 AUTH_FAILED: ", ApiUnderTest.ProblemOf(answer), StringComparison.Ordinal);
            Assert.Equal("Bearer", answer.Header("www-authenticate"));
        }
    }

    [Theory]
    [InlineData("Authorization: Basic YWNtZTphY21l")]
    [InlineData("Authorization: " + ApiUnderTest.AcmeKey)]
    [InlineData("Authorization: Bearer " + ApiUnderTest.AcmeKey + "\r\nAuthorization: Bearer " + ApiUnderTest.AcmeKey)]
    [InlineData("X-Api-Key: " + ApiUnderTest.AcmeKey)]
    public async Task Other_ways_of_sending_a_key_are_none(string header)
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var raw = await RawClient.ConnectAsync(api.Gateway.AdminAddress);

        Assert.Equal(401, (await raw.AskAsync(RawClient.Get("/v1/tenants/acme/stats", header))).Status);
        Assert.Equal(401, (await raw.AskAsync(RawClient.Get("/v1/tenants/acme/stats?access_token=x"))).Status);
    }

    [Fact]
    public async Task Where_no_key_is_configured_the_api_is_closed_and_the_rest_open()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        Assert.Equal(401, (await gateway.AskAdminAsync("/v1/tenants/acme/stats")).Status);
        Assert.Equal(200, (await gateway.AskAdminAsync("/metrics")).Status);
        Assert.Equal(200, (await gateway.AskAdminAsync("/readyz")).Status);
    }

    [Fact]
    public async Task The_list_of_tenants_is_the_operators()
    {
        await using var api = await ApiUnderTest.StartAsync();

        var answer = await api.AskAsync("GET", "/v1/tenants", key: ApiUnderTest.OperatorKey);
        var page = await api.AskAsync("GET", "/v1/tenants?limit=1", key: ApiUnderTest.OperatorKey);

        Assert.Equal("""{"tenants":[{"tenant":"acme","sessions":0,"users":0,"rooms":0},{"tenant":"zeta","sessions":1,"users":1,"rooms":1}]}""", answer.Body);
        Assert.Equal("""{"tenants":[{"tenant":"acme","sessions":0,"users":0,"rooms":0}],"cursor":"YWNtZQ"}""", page.Body);
        Assert.StartsWith("403 NOT_ALLOWED: ", ApiUnderTest.ProblemOf(await api.AskAsync("GET", "/v1/tenants")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_public_listener_has_no_api()
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.Equal(404, (await api.Gateway.AskAsync(RawClient.Get("/v1/tenants/acme/stats", $"Authorization: Bearer {ApiUnderTest.AcmeKey}"))).Status);
    }
}
