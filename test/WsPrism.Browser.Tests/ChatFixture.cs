using Microsoft.Playwright;

namespace WsPrism.Browser.Tests;

/// <summary>Who opens the chat sample.</summary>
public sealed class ChatFixture(ChromiumFixture chromium, SamplesFixture samples)
{
    /// <summary>The gateway beside the sample.</summary>
    internal async Task<DemoGateway> GatewayAsync() => (await samples.PageAsync("chat")).Gateway;

    /// <summary>Opens the page in a browser of its own, as somebody, in a room; the gateway is the sample's, or at that address.</summary>
    internal async Task<ChatTab> OpenAsync(string user, string room, string? address = null, BrowserNewContextOptions? options = null)
    {
        var browser = chromium.Browser;
        var sample = await samples.PageAsync("chat");
        var gateway = Uri.EscapeDataString($"ws://{address ?? sample.Gateway.Address}/v1/ws");
        var page = new UriBuilder(sample.Url) { Query = $"gateway={gateway}{(user.Length > 0 ? $"&user={user}" : string.Empty)}", Fragment = room };
        return new ChatTab(await DemoTab.OpenAsync(browser, page.Uri.ToString(), options));
    }
}
