namespace WsPrism.Configuration.Tests;

public sealed class SampleTests
{
    [Fact]
    public void The_sample_file_has_three_tenants_and_no_errors()
    {
        var result = ConfigLoader.LoadFile(Repository.PathOf("wsprism.yaml"));

        Assert.Empty(result.Errors);
        Assert.Equal(["free", "game", "dashboard"], result.Config!.Tenants.Select(tenant => tenant.Id));
    }

    [Fact]
    public void The_sample_file_warns_of_nothing_but_its_dev_tickets()
    {
        var result = ConfigLoader.LoadFile(Repository.PathOf("wsprism.yaml"));

        Assert.Equal(
            ["tenants[0].auth.dev_tickets", "tenants[1].auth.dev_tickets", "tenants[2].auth.dev_tickets"],
            result.Warnings.Select(warning => warning.Path));
    }

    [Fact]
    public void The_demo_configuration_loads()
    {
        var result = ConfigLoader.LoadText(DemoConfig.Text, DemoConfig.FileName);

        Assert.Empty(result.Errors);
        var demo = Assert.Single(result.Config!.Tenants);
        Assert.Equal("user:load-*", demo.Auth.DevTickets["load-*"]);
        Assert.Equal(20_000, result.Config.Gateway.HandshakeLimit.PerIpBurst);
    }
}
