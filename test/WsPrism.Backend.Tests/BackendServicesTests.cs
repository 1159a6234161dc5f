using WsPrism.Backend.Tests.Support;
using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Backend.Tests;

public sealed class BackendServicesTests
{
    private static readonly ExtServiceConfig Lobby = new() { Name = "lobby", Kind = ExtServiceKind.Webhook, Url = "http://127.0.0.1:1/", Secret = Hooked.Secret };
    private static readonly EventsConfig Events = new() { Url = "http://127.0.0.1:1/", Secret = Hooked.Secret };

    [Fact]
    public void What_has_not_changed_stays_the_same_instance()
    {
        using var services = new BackendServices(TimeProvider.System, new LogCollector(Microsoft.Extensions.Logging.LogLevel.Debug));

        var (first, events) = (services.CreateExt(Tenant(Lobby, Events)), services.CreateEvents(Tenant(Lobby, Events)));

        Assert.Same(first[0], services.CreateExt(Tenant(Lobby with { }, Events with { }))[0]);
        Assert.Same(events, services.CreateEvents(Tenant(Lobby, Events with { })));
    }

    [Fact]
    public void What_has_changed_is_made_anew_and_what_is_gone_is_forgotten()
    {
        using var services = new BackendServices(TimeProvider.System, new LogCollector(Microsoft.Extensions.Logging.LogLevel.Debug));
        var (first, events) = (services.CreateExt(Tenant(Lobby, Events)), services.CreateEvents(Tenant(Lobby, Events)));

        Assert.NotSame(first[0], services.CreateExt(Tenant(Lobby with { TimeoutMs = 999 }, Events))[0]);
        Assert.NotSame(events, services.CreateEvents(Tenant(Lobby, Events with { RoomLeft = true })));

        Assert.Empty(services.CreateExt(Tenant(null, null)));
        Assert.Null(services.CreateEvents(Tenant(null, null)));
        Assert.Empty(services.Webhooks);
        Assert.Empty(services.Events);
    }

    [Fact]
    public void Tenants_do_not_share_services_of_the_same_name()
    {
        using var services = new BackendServices(TimeProvider.System, new LogCollector(Microsoft.Extensions.Logging.LogLevel.Debug));

        Assert.NotSame(services.CreateExt(Tenant(Lobby, null))[0], services.CreateExt(Tenant(Lobby, null) with { Id = "zeta" })[0]);
        Assert.Equal(2, services.Webhooks.Length);
    }

    private static TenantConfig Tenant(ExtServiceConfig? service, EventsConfig? events) =>
        new() { Id = "acme", Services = new ServicesConfig { Ext = service is null ? [] : [service], Events = events } };
}
