using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WsPrism.Browser.Tests;

/// <summary>The market table of <c>samples/market</c> in a real browser, with its feed, against the real gateway.</summary>
public sealed class MarketSampleTests(ChromiumFixture chromium, SamplesFixture samples)
{
    private const string Shown = "#body .row:not([hidden])";

    private static readonly LocatorAssertionsToBeVisibleOptions Visible = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToHaveCountOptions Count = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToHaveTextOptions Text = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToContainTextOptions Part = new() { Timeout = 60_000 };
    private static readonly PageWaitForFunctionOptions Function = new() { Timeout = 60_000 };

    [Fact]
    public async Task Prices_move_and_are_the_same_and_stale_on_two_pages_when_the_feed_stops_and_live_when_it_is_back()
    {
        var browser = chromium.Browser;
        await using var sample = await SamplePage.StartAsync("market");
        await using var alice = await DemoTab.OpenAsync(browser, sample.Url);
        await using var bob = await DemoTab.OpenAsync(browser, sample.Url + "&user=bob");
        await Expect(alice.Find("connection")).ToHaveTextAsync("Connected as user:alice", Text);
        await Expect(bob.Find("connection")).ToHaveTextAsync("Connected as user:bob", Text);
        await MovesAsync(alice, "ALBAEN");
        await MovesAsync(bob, "ALBAEN");

        await alice.Find("feed").ClickAsync();
        await AllAreAsync(alice, "stale");
        await AllAreAsync(bob, "stale");

        // Nothing moves any more, so what one page shows the other has to show as well.
        var rows = await RowsAsync(alice);
        Assert.True(rows.Length > 10);
        Assert.Equal(rows, await RowsAsync(bob));

        await alice.Find("feed").ClickAsync();
        await AllAreAsync(alice, "live");
        await AllAreAsync(bob, "live");
        await MovesAsync(bob, "ALBAEN");

        Assert.Empty(alice.Errors);
        Assert.Empty(bob.Errors);

        // Page and feed are one program after the other that the script started: no signal to it leaves one of them behind.
        await sample.EndAsync();
    }

    [Fact]
    public async Task Who_scrolls_is_subscribed_to_the_rows_on_screen_and_no_longer_to_those_that_are_gone()
    {
        var browser = chromium.Browser;
        var sample = await samples.PageAsync("market");
        await using var tab = await DemoTab.OpenAsync(browser, "about:blank");
        var asked = Watch(tab.Page);
        await tab.Page.GotoAsync(sample.Url);
        await AllAreAsync(tab, "live");

        await tab.Find("grid").FocusAsync();
        await tab.Page.Keyboard.PressAsync("End");

        await Expect(tab.Page.Locator("#body [data-symbol=NOTAWA]:not([hidden])")).ToBeVisibleAsync(Visible);
        await AllAreAsync(tab, "live");
        await MovesAsync(tab, "NOTAWA");
        Assert.Contains(asked, message => message.Type == "subscribe" && message.Keys.Contains(1000));
        Assert.Contains(asked, message => message.Type == "unsubscribe" && message.Keys.Contains(1));
        await Expect(tab.Find("grid")).ToHaveAttributeAsync("aria-rowcount", "1001", new() { Timeout = 60_000 });
        await Expect(tab.Page.Locator("#body .row.active")).ToHaveAttributeAsync("aria-rowindex", "1001", new() { Timeout = 60_000 });
        Assert.InRange(SubscribedNow(asked).Count, 20, 256);
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task The_filter_finds_a_symbol_and_fewer_updates_are_fewer()
    {
        var browser = chromium.Browser;
        var sample = await samples.PageAsync("market");
        await using var tab = await DemoTab.OpenAsync(browser, "about:blank");
        var asked = Watch(tab.Page);
        await tab.Page.GotoAsync(sample.Url);
        await AllAreAsync(tab, "live");

        await tab.Page.Locator("#rate label", new() { HasText = "2/s" }).ClickAsync();
        await tab.Page.WaitForFunctionAsync("() => Number(document.getElementById('conflated').textContent) > 0", null, Function);
        Assert.Contains(asked, message => message.Type == "subscribe" && message.MaxHz == 2);

        await tab.Find("filter").FillAsync("geba rail");
        await Expect(tab.Page.Locator(Shown)).ToHaveCountAsync(1, Count);
        await Expect(tab.Page.Locator(Shown)).ToHaveAttributeAsync("data-symbol", "GEBARA", new() { Timeout = 60_000 });
        await AllAreAsync(tab, "live");
        await MovesAsync(tab, "GEBARA");

        await tab.Find("filter").FillAsync("nobody");
        await Expect(tab.Find("nothing")).ToBeVisibleAsync(Visible);
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task After_a_lost_session_prices_come_again_for_who_scrolled_meanwhile_too_and_for_who_was_sent_away()
    {
        var browser = chromium.Browser;
        var sample = await samples.PageAsync("market");
        await using var tab = await DemoTab.OpenAsync(browser, "about:blank");

        // The session ends when the page asks for the last rows for the first time.
        await tab.Page.AddInitScriptAsync("""
            const { send } = WebSocket.prototype;
            WebSocket.prototype.send = function (data) {
              if (window.hasEnded || !String(data).includes("1000]")) return send.call(this, data);
              window.hasEnded = true;
              this.close(3000);
            };
            """);
        await tab.Page.GotoAsync(sample.Url + "&user=dev");
        await AllAreAsync(tab, "live");

        await tab.Find("grid").FocusAsync();
        await tab.Page.Keyboard.PressAsync("End");

        await Expect(tab.Find("note")).ToContainTextAsync("The session was lost", Part);
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.hasEnded"));
        await MovesAsync(tab, "NOTAWA");
        await AllAreAsync(tab, "live");

        await sample.Gateway.DeleteAsync("users/user%3Adev/sessions");
        await Expect(tab.Find("connect")).ToBeVisibleAsync(Visible);
        await tab.Find("connect").ClickAsync();
        await Expect(tab.Find("connection")).ToHaveTextAsync("Connected as user:dev", Text);
        await MovesAsync(tab, "NOTAWA");
        Assert.Empty(tab.Errors);
    }

    // With WSPRISM_SCREENSHOTS=<folder> the pictures are kept, for whoever changes the page.
    [Fact]
    public async Task Nothing_is_wider_than_a_narrow_window()
    {
        var browser = chromium.Browser;
        var sample = await samples.PageAsync("market");
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using var tab = await DemoTab.OpenAsync(browser, sample.Url, new() { ColorScheme = scheme, ViewportSize = new() { Width = 390, Height = 800 } });
            await AllAreAsync(tab, "live");

            var excess = await tab.Page.EvaluateAsync<int[]>(
                "() => [document.documentElement, document.getElementById('grid')].map((element) => element.scrollWidth - element.clientWidth)");
            if (Environment.GetEnvironmentVariable("WSPRISM_SCREENSHOTS") is { Length: > 0 } folder)
                await tab.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"market-{scheme}.png") });

            Assert.Equal([0, 0], excess);
            Assert.Empty(tab.Errors);
        }
    }

    // Some rows are there, and the gateway says the same of each.
    private static Task AllAreAsync(DemoTab tab, string mark) => tab.Page.WaitForFunctionAsync(
        "([shown, mark]) => { const rows = [...document.querySelectorAll(shown)]; return rows.length > 0 && rows.every((row) => row.dataset.mark === mark); }",
        new[] { Shown, mark },
        Function);

    private static async Task MovesAsync(DemoTab tab, string symbol)
    {
        var last = tab.Page.Locator($"#body [data-symbol={symbol}] .last");
        await Expect(last).Not.ToHaveTextAsync("–", Text);
        await Expect(last).Not.ToHaveTextAsync(await last.TextContentAsync() ?? string.Empty, Text);
    }

    private static Task<string[]> RowsAsync(DemoTab tab) =>
        tab.Page.EvaluateAsync<string[]>("(shown) => [...document.querySelectorAll(shown)].map((row) => [...row.children].map((cell) => cell.textContent).join(' '))", Shown);

    // What the page asks of the market, as it goes over the wire.
    private static ConcurrentQueue<Asked> Watch(IPage page)
    {
        var asked = new ConcurrentQueue<Asked>();
        page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) =>
        {
            if (frame.Text?.Contains("\"svc\":\"market\"", StringComparison.Ordinal) != true)
                return;
            var message = JsonDocument.Parse(frame.Text).RootElement;
            var data = message.GetProperty("data");
            var keys = data.GetProperty("keys").EnumerateArray().Select(key => key.GetInt32()).ToHashSet();
            asked.Enqueue(new(message.GetProperty("type").GetString()!, keys, data.TryGetProperty("max_hz", out var maxHz) ? maxHz.GetDouble() : null));
        };
        return asked;
    }

    private static HashSet<int> SubscribedNow(IEnumerable<Asked> asked)
    {
        var keys = new HashSet<int>();
        foreach (var message in asked)
        {
            if (message.Type == "subscribe")
                keys.UnionWith(message.Keys);
            else
                keys.ExceptWith(message.Keys);
        }

        return keys;
    }

    private sealed record Asked(string Type, HashSet<int> Keys, double? MaxHz);
}
