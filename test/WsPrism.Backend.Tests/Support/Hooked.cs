using WsPrism.Backend.Webhooks;
using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Backend.Tests.Support;

/// <summary>A gateway in memory whose service <c>test</c> is a webhook of a real backend.</summary>
internal sealed class Hooked : IDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private BackendServices? _services;

    private Hooked(string url, Func<ExtServiceConfig, ExtServiceConfig>? service, EventsConfig? events, bool isManual, Func<TenantConfig, TenantConfig>? tenant)
    {
        var config = new ExtServiceConfig { Name = "test", Kind = ExtServiceKind.Webhook, Url = url, Secret = Secret, TimeoutMs = 20_000 };
        Gateway = new TestGateway(
            shards: 2,
            tenant: one => (tenant ?? (same => same))(one with { Services = one.Services with { Ext = [(service ?? (same => same))(config)], Events = events } }),
            backends: (time, log) => _services = new BackendServices(isManual ? time : TimeProvider.System, log));
    }

    public TestGateway Gateway { get; }

    public BackendServices Services => _services!;

    public WebhookService Service => Services.Webhooks.Single();

    /// <summary>Starts; <paramref name="isManual"/> puts the webhooks on the gateway's clock, which the test moves.</summary>
    public static Hooked Start(
        TestBackend backend, Func<ExtServiceConfig, ExtServiceConfig>? service = null, EventsConfig? events = null, bool isManual = false,
        Func<TenantConfig, TenantConfig>? tenant = null) => new(backend.Url, service, events, isManual, tenant);

    /// <summary>Starts with a URL where perhaps nobody is.</summary>
    public static Hooked Start(string url, Func<ExtServiceConfig, ExtServiceConfig>? service = null) => new(url, service, null, false, null);

    /// <summary>A client that was greeted.</summary>
    public TestClient Connect(string user)
    {
        var client = Gateway.Connect(user);
        client.ReadAll();
        return client;
    }

    /// <summary>Sends a message to the service and awaits what the client gets.</summary>
    public async Task<ReceivedEnvelope> AskAsync(TestClient client, string? data = null, string id = "1", string? room = null)
    {
        client.ReadAll();
        var before = client.Envelopes.Count();
        client.Send("test", "ask", data, room, id);
        await Gateway.UntilAsync(() => client.Envelopes.Count() > before);
        return client.NextEnvelope();
    }

    public void Dispose()
    {
        Gateway.Dispose();
        Services.Dispose();
    }
}
