namespace WsPrism.Gateway.Tests.Support;

/// <summary>Tests that hold for every transport: each is run by a class for each.</summary>
public abstract class TransportTests(Wire wire)
{
    private protected Task<GatewayUnderTest> StartAsync(TestConfig? config = null, bool bystander = true) => GatewayUnderTest.StartAsync(config, bystander, wire);

    /// <summary>Starts with one setting of the tenant <c>acme</c>.</summary>
    private protected Task<GatewayUnderTest> StartAsync(string tenantKey, string yaml) => StartAsync(new TestConfig().Tenant(tenantKey, yaml));
}
