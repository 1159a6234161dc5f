using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Plugins;

/// <summary>A gateway that has the service <c>guess</c>, with whatever answers its messages.</summary>
internal sealed class GuessGateway(ApiUnderTest api, IAsyncDisposable? backend = null) : IAsyncDisposable
{
    public GatewayUnderTest Gateway => api.Gateway;

    /// <summary>The configuration with the service; <paramref name="kind"/> is the rest of its entry.</summary>
    public static TestConfig Config(string kind) => new TestConfig()
        .Tenant("policy.ext_allowlist", "[\"room:*\", \"guess:*\"]")
        .Tenant("services.ext", $"[{{name: guess, {kind}}}]");

    /// <summary>The same of a file of the samples.</summary>
    public static Task<GuessGateway> StartSampleAsync(string kind, string file) =>
        StartAsync($"kind: {kind}, file: \"{Repository.PathOf($"samples/plugins/guess/{file}")}\", timeout_ms: 60000");

    public static async Task<GuessGateway> StartAsync(string kind, IAsyncDisposable? backend = null) =>
        new(await ApiUnderTest.StartAsync(Config(kind)), backend);

    public async ValueTask DisposeAsync()
    {
        if (backend is not null)
        {
            await backend.DisposeAsync();
        }

        await api.DisposeAsync();
    }
}
