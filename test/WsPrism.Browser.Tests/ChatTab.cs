using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WsPrism.Browser.Tests;

/// <summary>The chat sample in a browser, and the words to say what somebody does there.</summary>
internal sealed class ChatTab(DemoTab tab) : IAsyncDisposable
{
    private const float PatienceMs = 60_000;

    public IPage Page => tab.Page;

    /// <summary>What the page complained about: not that a connection failed, which the browser itself reports.</summary>
    public IEnumerable<string> Errors => tab.Errors.Where(error =>
        !error.Contains("WebSocket connection", StringComparison.Ordinal) && !error.Contains("Failed to load resource", StringComparison.Ordinal));

    public ILocator Log => Page.GetByRole(AriaRole.Log);

    public ILocator Input => Page.GetByRole(AriaRole.Textbox, new() { NameRegex = new("^Message to") });

    public ILocator Connection => Page.Locator(".connection");

    public ILocator Gap => Log.GetByText("What was said here meanwhile could not be loaded.");

    public ILocator Room(string name) => Page.GetByRole(AriaRole.Navigation, new() { Name = "Rooms" }).GetByRole(AriaRole.Link, new() { Name = name });

    public ILocator Message(string user, string text) => Log.Locator($".message[data-from='user:{user}']:not([data-status])", new() { HasText = text });

    public ILocator Unsaid(string status) => Log.Locator($".message[data-status={status}]");

    public ILocator Person(string user) => Page.GetByRole(AriaRole.Complementary, new() { Name = "Who is here" }).GetByRole(AriaRole.Listitem).Filter(new() { HasText = user });

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name });

    public static Task SeesAsync(ILocator what) => Expect(what).ToBeVisibleAsync(new() { Timeout = PatienceMs });

    public static Task SeesNoneAsync(ILocator what) => Expect(what).ToHaveCountAsync(0, new() { Timeout = PatienceMs });

    public static Task ReadsAsync(ILocator what, string text) => Expect(what).ToContainTextAsync(text, new() { Timeout = PatienceMs });

    /// <summary>Remembers all that the page says of the connection, for some of it is gone after a moment.</summary>
    public Task RememberConnectionAsync() => Page.EvaluateAsync(
        "() => { const bar = document.querySelector('.connection'); window.said = []; new MutationObserver(() => said.push(bar.textContent)).observe(bar, { subtree: true, childList: true, characterData: true }); }");

    /// <summary>Waits until the page has said this of the connection.</summary>
    public Task HasSaidAsync(string text) => Page.WaitForFunctionAsync("(text) => said.some((each) => each.includes(text))", text, new() { Timeout = PatienceMs });

    /// <summary>The browser finds the network again, and nobody waits for the time of the next attempt.</summary>
    public Task GoesOnlineAsync() => Page.EvaluateAsync("() => dispatchEvent(new Event('online'))");

    /// <summary>Waits until this user is in the room.</summary>
    public async Task<ChatTab> IsInAsync(string user)
    {
        await SeesAsync(Person(user));
        return this;
    }

    public Task IsConnectedAsync() => Expect(Connection).ToHaveAttributeAsync("data-state", "open", new() { Timeout = PatienceMs });

    public async Task SayAsync(string text)
    {
        await Input.FillAsync(text);
        await Input.PressAsync("Enter");
    }

    /// <summary>Waits until the room has said it, once.</summary>
    public Task HearsAsync(string user, string text) => Expect(Message(user, text)).ToHaveCountAsync(1, new() { Timeout = PatienceMs });

    public ValueTask DisposeAsync() => tab.DisposeAsync();
}
