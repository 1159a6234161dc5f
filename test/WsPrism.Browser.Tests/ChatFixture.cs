using Microsoft.Playwright;

namespace WsPrism.Browser.Tests;

/// <summary>Chromium and the chat sample, which is built and started when the first test wants it.</summary>
public sealed class ChatFixture : IAsyncLifetime
{
    private readonly ChromiumFixture _chromium = new();
    private SamplePage? _sample;

    public ValueTask InitializeAsync() => _chromium.InitializeAsync();

    /// <summary>The gateway beside the sample.</summary>
    internal async Task<DemoGateway> GatewayAsync() => (await SampleAsync()).Gateway;

    /// <summary>Opens the page in a browser of its own, as somebody, in a room; the gateway is the sample's, or at that address.</summary>
    internal async Task<ChatTab> OpenAsync(string user, string room, string? address = null, BrowserNewContextOptions? options = null)
    {
        var browser = _chromium.Browser;
        var sample = await SampleAsync();
        var gateway = Uri.EscapeDataString($"ws://{address ?? sample.Gateway.Address}/v1/ws");
        var page = new UriBuilder(sample.Url) { Query = $"gateway={gateway}{(user.Length > 0 ? $"&user={user}" : string.Empty)}", Fragment = room };
        return new ChatTab(await DemoTab.OpenAsync(browser, page.Uri.ToString(), options));
    }

    public async ValueTask DisposeAsync()
    {
        if (_sample is not null)
            await _sample.DisposeAsync();
        await _chromium.DisposeAsync();
    }

    private async Task<SamplePage> SampleAsync() => _sample ??= await SamplePage.StartAsync("chat");
}
