using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WsPrism.Browser.Tests;

/// <summary>The demo page in a tab of its own, and the words to say what somebody does there.</summary>
internal sealed class DemoTab : IAsyncDisposable
{
    private const float PatienceMs = 60_000;

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _errors = new();

    private DemoTab(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // What is said while the other side closes the connection goes nowhere, and the client says it again.
            if (message.Type is "error" or "warning" && message.Text != "WebSocket is already in CLOSING or CLOSED state.")
                _errors.Enqueue(message.Text);
        };
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.SetDefaultTimeout(PatienceMs);
    }

    public IPage Page { get; }

    /// <summary>What the browser and the page complained about, the Content-Security-Policy included.</summary>
    public string[] Errors => [.. _errors];

    public static async Task<DemoTab> OpenAsync(IBrowser browser, string url, BrowserNewContextOptions? options = null)
    {
        var context = await browser.NewContextAsync(options);
        var tab = new DemoTab(context, await context.NewPageAsync());
        await tab.Page.GotoAsync(url);
        return tab;
    }

    public ILocator Find(string id) => Page.Locator("#" + id);

    public static Task ShowsAsync(ILocator locator, string text) => Expect(locator).ToContainTextAsync(text, new() { Timeout = PatienceMs });

    public Task IsAsync(string pane, string state) => Expect(Find(pane + "-state")).ToHaveAttributeAsync("data-state", state, new() { Timeout = PatienceMs });

    /// <summary>Waits until the pane is in its room.</summary>
    public async Task IsInRoomAsync(string pane)
    {
        await IsAsync(pane, "open");
        await Expect(Find(pane + "-chat-input")).ToBeEnabledAsync(new() { Timeout = PatienceMs });
    }

    public async Task SayAsync(string pane, string text)
    {
        await Find(pane + "-chat-input").FillAsync(text);
        await Find(pane + "-chat-send").ClickAsync();
    }

    public Task HearsAsync(string pane, string from, string text) =>
        Expect(Page.Locator($"#{pane}-chat-log .msg[data-from='{from}']", new() { HasText = text })).ToHaveCountAsync(1, new() { Timeout = PatienceMs });

    /// <summary>Moves the pane's dot to a point of its field, given in hundredths, and tells where it is as others are to see it.</summary>
    public async Task<string> MoveAsync(string pane, int x, int y)
    {
        var field = Find(pane + "-field");
        await field.ScrollIntoViewIfNeededAsync();
        var box = (await field.BoundingBoxAsync())!;
        await Expect(field).ToHaveAttributeAsync("data-self-x", new Regex("."), new() { Timeout = PatienceMs });
        var before = await field.GetAttributeAsync("data-self-x");
        await field.HoverAsync(new() { Position = new() { X = box.Width * x / 100, Y = box.Height * y / 100 } });
        await Expect(field).Not.ToHaveAttributeAsync("data-self-x", before!, new() { Timeout = PatienceMs });
        return $$"""{"x":{{await CoordinateAsync(field, "data-self-x")}},"y":{{await CoordinateAsync(field, "data-self-y")}}}""";
    }

    public async Task SeesAsync(string pane, string place) =>
        await Expect(Find(pane + "-field")).ToHaveAttributeAsync("data-peers", new Regex(Regex.Escape(place)), new() { Timeout = PatienceMs });

    public ValueTask DisposeAsync() => new(_context.CloseAsync());

    // The wire has 32 bits; JavaScript and .NET both write a double in its shortest form.
    private static async Task<string> CoordinateAsync(ILocator field, string attribute) =>
        ((double)float.Parse((await field.GetAttributeAsync(attribute))!, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture);
}
