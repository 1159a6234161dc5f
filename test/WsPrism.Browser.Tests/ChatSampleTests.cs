using Microsoft.Playwright;
using WsPrism.JavaScript.Tests;

namespace WsPrism.Browser.Tests;

/// <summary>The chat sample in a real browser, against the real gateway, as <c>samples/start chat</c> runs it.</summary>
public sealed class ChatSampleTests(ChatFixture chat) : IClassFixture<ChatFixture>
{
    public static TheoryData<string, ColorScheme, int> Looks => new()
    {
        { "chat-light", ColorScheme.Light, 1280 },
        { "chat-narrow-dark", ColorScheme.Dark, 390 },
    };

    [Fact]
    public async Task Two_people_see_each_other_talk_and_type_and_go()
    {
        await using var alice = await chat.OpenAsync("alice", "pair");
        await using var bob = await chat.OpenAsync("bob", "pair");
        await (await alice.IsInAsync("alice")).IsInAsync("bob");
        await (await bob.IsInAsync("alice")).IsInAsync("bob");

        await alice.Input.PressSequentiallyAsync("hel");
        await ChatTab.ReadsAsync(bob.Person("alice"), "typing");
        await ChatTab.ReadsAsync(bob.Page.Locator(".typing"), "alice is typing");
        await alice.SayAsync("hello <b>bob</b>");
        await bob.HearsAsync("alice", "hello <b>bob</b>");
        await ChatTab.SeesNoneAsync(bob.Page.GetByText("alice is typing"));
        await bob.SayAsync("hello alice");
        await alice.HearsAsync("bob", "hello alice");
        await alice.HearsAsync("alice", "hello <b>bob</b>");
        Assert.Equal(2, await alice.Log.Locator(".message").CountAsync());
        await ChatTab.SeesNoneAsync(alice.Log.Locator("[data-status]"));

        // Somebody looks at something else.
        await alice.Page.EvaluateAsync("Object.defineProperty(document, 'hidden', { value: true }); document.dispatchEvent(new Event('visibilitychange'))");
        await ChatTab.ReadsAsync(bob.Person("alice"), "away");
        await bob.Button("Leave").ClickAsync();
        await ChatTab.SeesNoneAsync(alice.Person("bob"));

        Assert.Empty(alice.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task Who_comes_later_reads_what_was_said_before_page_by_page()
    {
        await using var alice = await chat.OpenAsync("alice", "past");
        await alice.IsInAsync("alice");
        for (var i = 1; i <= 60; i++)
            await alice.SayAsync($"number {i}.");
        await alice.HearsAsync("alice", "number 60.");

        await using var bob = await chat.OpenAsync("bob", "past");
        await bob.HearsAsync("alice", "number 60.");
        await bob.HearsAsync("alice", "number 11.");
        await ChatTab.SeesNoneAsync(bob.Message("alice", "number 10."));
        await bob.Button("Earlier messages").ClickAsync();
        await bob.HearsAsync("alice", "number 1.");
        await ChatTab.SeesNoneAsync(bob.Button("Earlier messages"));

        var texts = await bob.Log.Locator(".message p").AllTextContentsAsync();
        Assert.Equal(Enumerable.Range(1, 60).Select(i => $"number {i}."), texts);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task What_is_said_elsewhere_is_counted_until_it_is_read_and_drafts_are_kept()
    {
        await using var alice = await chat.OpenAsync("alice", "here");
        await using var bob = await chat.OpenAsync("bob", "lobby");
        await alice.IsInAsync("alice");
        await bob.IsInAsync("alice");
        await alice.Input.FillAsync("not yet");

        await bob.SayAsync("anybody?");
        await bob.SayAsync("hello?");

        await ChatTab.ReadsAsync(alice.Room("lobby"), "2 unread");
        await alice.Room("lobby").ClickAsync();
        await alice.HearsAsync("bob", "anybody?");
        await ChatTab.SeesNoneAsync(alice.Room("lobby").GetByText("unread"));
        await alice.Room("here").ClickAsync();
        await Assertions.Expect(alice.Input).ToHaveValueAsync("not yet");
        await alice.Page.ReloadAsync();
        await alice.IsInAsync("alice");
        await Assertions.Expect(alice.Input).ToHaveValueAsync("not yet");
        Assert.Empty(alice.Errors);
    }

    [Fact]
    public async Task A_wrong_name_is_told_and_another_one_gets_in()
    {
        await using var tab = await chat.OpenAsync("", "");

        await tab.Page.GetByLabel("Your name").FillAsync("carol");
        await tab.Button("Enter").ClickAsync();
        await ChatTab.ReadsAsync(tab.Page.GetByRole(AriaRole.Alert), "The gateway does not know this name.");
        await tab.Page.GetByLabel("Your name").FillAsync("load-7");
        await tab.Button("Enter").ClickAsync();

        await tab.IsInAsync("load-7");
        Assert.Empty(tab.Errors);
    }

    // With resume, as the demonstration has it, the same session goes on; without it the session is lost, and the history has what was missed.
    [Theory]
    [InlineData(0)]
    [InlineData(600_000)]
    public async Task Nothing_is_missing_after_a_lost_connection(int resumeWindowMs)
    {
        await using var gateway = await DemoGateway.StartAsync(yaml => yaml.Replace("window_ms: 30000", $"window_ms: {resumeWindowMs}", StringComparison.Ordinal));
        using var way = BreakableWay.To(gateway);
        await using var alice = await chat.OpenAsync("alice", "lobby", way.Address);
        await using var bob = await chat.OpenAsync("bob", "lobby", gateway.Address);
        await (await alice.IsInAsync("alice")).IsInAsync("bob");
        await bob.SayAsync("before");
        await alice.HearsAsync("bob", "before");
        await alice.RememberConnectionAsync();

        way.Break();
        await alice.HasSaidAsync("The connection was lost. Trying again");
        await alice.SayAsync("from the tunnel");
        await ChatTab.SeesAsync(alice.Unsaid("sending"));
        await bob.SayAsync("meanwhile");
        if (resumeWindowMs == 0)
            await ChatTab.SeesNoneAsync(bob.Person("alice"));
        else
            Assert.True(await bob.Person("alice").IsVisibleAsync());
        way.Restore(gateway);
        await alice.GoesOnlineAsync();

        await alice.IsConnectedAsync();
        await alice.HasSaidAsync("Connected again: nothing was missed.");
        await alice.HearsAsync("bob", "meanwhile");
        await bob.HearsAsync("alice", "from the tunnel");
        await alice.HearsAsync("alice", "from the tunnel");
        await alice.HearsAsync("bob", "before");
        await (await alice.IsInAsync("alice")).IsInAsync("bob");
        await bob.IsInAsync("alice");
        await ChatTab.SeesNoneAsync(alice.Gap);
        await ChatTab.SeesNoneAsync(alice.Log.Locator("[data-status]"));

        // Who leaves the page has gone, however long a session would wait.
        await bob.Page.GotoAsync("about:blank");
        await ChatTab.SeesNoneAsync(alice.Person("bob"));
        Assert.Empty(alice.Errors);
    }

    [Fact]
    public async Task What_a_gateway_forgot_shows_as_a_gap_in_the_rooms_where_something_was_said()
    {
        await using var first = await DemoGateway.StartAsync();
        using var way = BreakableWay.To(first);
        await using var alice = await chat.OpenAsync("alice", "lobby", way.Address);
        await alice.IsInAsync("alice");
        await alice.SayAsync("before");
        await alice.HearsAsync("alice", "before");

        await alice.RememberConnectionAsync();

        way.Break();
        await alice.HasSaidAsync("Trying again");
        await using var second = await DemoGateway.StartAsync();
        way.Restore(second);
        await alice.GoesOnlineAsync();

        await alice.HasSaidAsync("some of what was said meanwhile may be missing");
        await ChatTab.SeesAsync(alice.Gap);
        await alice.IsConnectedAsync();
        await alice.SayAsync("after");
        await alice.HearsAsync("alice", "after");
        Assert.Equal(["before", "after"], await alice.Log.Locator(".message p").AllTextContentsAsync());
        await ChatTab.SeesAsync(alice.Gap);
        await alice.Room("random").ClickAsync();
        await ChatTab.ReadsAsync(alice.Log, "Nobody has said anything yet.");
        await ChatTab.SeesNoneAsync(alice.Gap);
        Assert.Empty(alice.Errors);
    }

    [Fact]
    public async Task What_a_filter_changes_and_what_is_too_fast_is_said_once()
    {
        var filters = $"    services:\n      ext: [{{name: mask, kind: wasm, file: \"{Repository.PathOf("samples/plugins/mask/mask.wasm")}\"}}]\n      filters: [mask]\n";
        await using var gateway = await DemoGateway.StartAsync(yaml => yaml
            .Replace("    services:\n", filters, StringComparison.Ordinal)
            .Replace("policy:\n      rate_limit_rps: 10000\n      rate_limit_burst: 20000", "policy:\n      rate_limit_rps: 4\n      rate_limit_burst: 20", StringComparison.Ordinal));
        await using var alice = await chat.OpenAsync("alice", "lobby", gateway.Address);
        await alice.IsInAsync("alice");

        await alice.SayAsync("what the heck");
        for (var i = 1; i <= 20; i++)
            await alice.SayAsync($"number {i}.");

        await alice.HearsAsync("alice", "what the ****");
        for (var i = 1; i <= 20; i++)
            await alice.HearsAsync("alice", $"number {i}.");
        await ChatTab.SeesNoneAsync(alice.Log.Locator("[data-status]"));
        Assert.Empty(alice.Errors);
    }

    [Fact]
    public async Task What_the_gateway_refuses_is_marked_and_who_is_sent_away_may_come_again()
    {
        await using var alice = await chat.OpenAsync("dev", "rules");
        await alice.IsInAsync("dev");

        await alice.SayAsync(new string('x', 70_000));
        await ChatTab.ReadsAsync(alice.Unsaid("refused"), "It is too long.");
        await alice.Button("Forget it").ClickAsync();

        await (await chat.GatewayAsync()).DeleteAsync("rooms/talk%3Arules/members/user%3Adev");
        await ChatTab.ReadsAsync(alice.Log, "You were taken out of this room.");
        await alice.SayAsync("let me in");
        await ChatTab.ReadsAsync(alice.Unsaid("refused"), "You are not in this room.");
        await alice.Button("Come in again").ClickAsync();
        await alice.IsInAsync("dev");
        await alice.Button("Send again").ClickAsync();
        await alice.HearsAsync("dev", "let me in");

        await (await chat.GatewayAsync()).DeleteAsync("users/user%3Adev/sessions", """{"reason":"a walk would do you good"}""");
        await ChatTab.ReadsAsync(alice.Connection, "You were sent away: a walk would do you good.");
        await alice.Button("Connect again").ClickAsync();
        await alice.IsConnectedAsync();
        await alice.IsInAsync("dev");
        await alice.SayAsync("fresh air");
        await alice.HearsAsync("dev", "fresh air");
        await ChatTab.SeesNoneAsync(alice.Gap);
        Assert.Empty(alice.Errors);
    }

    // With WSPRISM_SCREENSHOTS=<folder> the pictures are kept, for whoever changes the page.
    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Nothing_is_wider_than_the_window(string name, ColorScheme scheme, int width)
    {
        using var way = BreakableWay.To(await chat.GatewayAsync());
        await using var alice = await chat.OpenAsync("alice", name, way.Address, new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 760 } });
        await using var bob = await chat.OpenAsync("bob", name);
        await (await alice.IsInAsync("alice")).IsInAsync("bob");
        await bob.SayAsync("hello, how are you?");
        await alice.HearsAsync("bob", "how are you?");
        await alice.SayAsync("fine, and you? A longer line has to wrap somewhere, and a_word_that_does_not_end_has_to_as_well_" + new string('x', 60));
        await alice.HearsAsync("alice", "fine, and you?");
        way.Break();
        await ChatTab.ReadsAsync(alice.Connection, "Trying again");
        await alice.SayAsync("and this waits");

        var excess = await alice.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (Environment.GetEnvironmentVariable("WSPRISM_SCREENSHOTS") is { Length: > 0 } folder)
            await alice.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });

        Assert.Equal(0, excess);
        Assert.Empty(alice.Errors);
    }
}
