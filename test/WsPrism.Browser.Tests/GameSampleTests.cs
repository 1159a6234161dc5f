using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WsPrism.JavaScript.Tests;
using static Microsoft.Playwright.Assertions;

namespace WsPrism.Browser.Tests;

/// <summary>The game (<c>samples/game</c>) in Chromium, as its README starts it, and its bot (<c>samples/bot</c>) as a process.</summary>
public sealed class GameSampleTests(ChromiumFixture chromium, SamplesFixture samples)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Two_players_see_each_other_move_and_come_to_rest_at_the_same_place()
    {
        await using var alice = await OpenAsync("alice", "arena:two");
        await using var bob = await OpenAsync("bob", "arena:two");
        await SeesAsync(alice, "bob");
        await SeesAsync(bob, "alice");

        await alice.Page.EvaluateAsync("Object.assign(game.player.ship, { x: 300, y: 500, vx: 0, vy: 0, angle: 0 })");
        await WaitAsync(bob, "Math.abs(game.seen()[0].x - 300) < 1 && Math.abs(game.seen()[0].y - 500) < 1");
        await alice.Page.Keyboard.DownAsync("ArrowUp");
        await WaitAsync(bob, "game.seen()[0].x > 400 && game.seen()[0].freshness === 1");
        await alice.Page.Keyboard.UpAsync("ArrowUp");
        await WaitAsync(alice, "game.player.ship.vx === 0");
        var rest = await alice.Page.EvaluateAsync<double>("game.player.ship.x");

        Assert.True(rest > 400);
        await WaitAsync(bob, $"Math.abs(game.seen()[0].x - {rest.ToString("R", CultureInfo.InvariantCulture)}) < 0.01");
        await DemoTab.ShowsAsync(bob.Find("figure-clock"), " ± ");
        await Expect(bob.Find("figure-frames")).ToHaveTextAsync(new Regex(@"^\d+/s$"));
        Assert.Empty(alice.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task Who_comes_late_sees_who_stands_still_and_says_nothing_and_who_leaves_is_gone()
    {
        await using var alice = await OpenAsync("alice", "arena:late");
        var before = await alice.Page.EvaluateAsync<double>("game.player.ship.x");
        await alice.Page.EvaluateAsync("game.network.sendShip = () => true");

        // Noted by the page itself: it may be a while until somebody looks, and who says nothing is not shown for ever.
        await using var bob = await DemoTab.OpenAsync(chromium.Browser, "about:blank");
        await bob.Page.AddInitScriptAsync("setInterval(() => { window.late ??= window.game?.seen().find(({ name }) => name === 'alice'); }, 50)");
        await bob.Page.GotoAsync(Address(await samples.PageAsync("game"), "bob", "arena:late"));
        await WaitAsync(bob, "window.late");
        Assert.Equal(before, await bob.Page.EvaluateAsync<double>("late.x"), 0.01);
        await bob.Page.EvaluateAsync("() => { const { world } = game, left = world.left; world.left = (handle) => { left.call(world, handle); window.told = handle; } }");
        var handle = await alice.Page.EvaluateAsync<int>("game.network.handle");
        await alice.Page.GotoAsync("about:blank");

        await WaitAsync(bob, $"window.told === {handle} && game.seen().length === 0");
        await Expect(bob.Page.Locator("#players li")).ToHaveCountAsync(1);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task A_shot_that_hits_counts_for_both_and_who_comes_later_sees_the_score()
    {
        await using var alice = await OpenAsync("alice", "arena:shot");
        await using var bob = await OpenAsync("bob", "arena:shot");
        await SeesAsync(alice, "bob");
        await SeesAsync(bob, "alice");
        await bob.Page.EvaluateAsync("Object.assign(game.player.ship, { x: 900, y: 500, vx: 0, vy: 0, shieldS: 0 })");
        await alice.Page.EvaluateAsync("Object.assign(game.player.ship, { x: 700, y: 500, vx: 0, vy: 0, angle: 0, shieldS: 60 })");

        await alice.Page.Keyboard.DownAsync("Space");
        await WaitAsync(bob, "game.player.ship.life === 1");
        await alice.Page.Keyboard.UpAsync("Space");

        await WaitAsync(alice, "game.player.score === 1");
        await DemoTab.ShowsAsync(alice.Find("notes"), "you hit bob");
        await DemoTab.ShowsAsync(bob.Find("notes"), "alice hit you");
        await using var dev = await OpenAsync("dev", "arena:shot");
        await WaitAsync(dev, "game.seen().some(({ name, score }) => name === 'alice' && score === 1)");
        await Expect(dev.Page.Locator("#players li").First).ToContainTextAsync("alice");
        Assert.Empty(alice.Errors.Concat(bob.Errors).Concat(dev.Errors));
    }

    [Fact]
    public async Task A_lost_connection_is_shown_and_found_again_with_everybody_in_the_arena()
    {
        await using var alice = await OpenAsync("alice", "arena:lost");
        var page = await samples.PageAsync("game");
        using var way = BreakableWay.To(page.Gateway);
        await using var context = await chromium.Browser.NewContextAsync();
        var bob = await context.NewPageAsync();
        var connections = new Queue<IWebSocketRoute>();
        await bob.RouteWebSocketAsync(new Regex("/v1/ws"), socket =>
        {
            connections.Enqueue(socket);
            socket.ConnectToServer();
        });
        await bob.GotoAsync(Address(page, "bob", "arena:lost").Replace(Uri.EscapeDataString(page.Gateway.Address), Uri.EscapeDataString(way.Address), StringComparison.Ordinal));
        await bob.WaitForFunctionAsync("game.seen().length === 1", null, new() { Timeout = (float)Patience.TotalMilliseconds });
        await bob.EvaluateAsync("() => { game.states = []; game.network.client.on('state', () => game.states.push(document.getElementById('state').textContent)); }");
        var handle = await bob.EvaluateAsync<int>("game.network.handle");

        way.Break();
        await bob.WaitForFunctionAsync("game.states.some((state) => state.startsWith('connection lost'))", null, new() { Timeout = (float)Patience.TotalMilliseconds });
        way.Restore(page.Gateway);
        await bob.EvaluateAsync("() => dispatchEvent(new Event('online'))");
        await Expect(bob.Locator("#notes")).ToContainTextAsync("Same session", new() { Timeout = (float)Patience.TotalMilliseconds });
        Assert.Equal(handle, await bob.EvaluateAsync<int>("game.network.handle"));
        await bob.EvaluateAsync("() => { game.states.length = 0; }");

        await connections.Last().CloseAsync(new() { Code = 4499, Reason = "of a test" });

        await Expect(bob.Locator("#notes")).ToContainTextAsync("in the arena again", new() { Timeout = (float)Patience.TotalMilliseconds });
        await bob.WaitForFunctionAsync("game.seen().length === 1 && game.network.client.state === 'open'", null, new() { Timeout = (float)Patience.TotalMilliseconds });
        await Expect(bob.Locator("#state")).ToHaveTextAsync("connected");
        Assert.StartsWith("connection lost: of a test (4499), again in ", await bob.EvaluateAsync<string>("game.states[0]"), StringComparison.Ordinal);
        Assert.NotEqual(handle, await bob.EvaluateAsync<int>("game.network.handle"));
        await WaitAsync(alice, $"game.seen().length === 1 && game.seen()[0].handle !== {handle}");
        Assert.Empty(alice.Errors);
    }

    [Fact]
    public async Task On_a_narrow_screen_it_fits_and_is_played_by_touch()
    {
        var page = await samples.PageAsync("game");
        await using var tab = await DemoTab.OpenAsync(
            chromium.Browser, Address(page, "alice", "arena:narrow"), new() { ViewportSize = new() { Width = 360, Height = 780 }, HasTouch = true, ColorScheme = ColorScheme.Dark });
        await PlaysAsync(tab);

        Assert.True(await tab.Page.EvaluateAsync<bool>(
            "[document.documentElement, ...document.querySelectorAll('.panel, footer, #fire')].every(part => part.scrollWidth <= 360 && part.getBoundingClientRect().right <= 360)"));
        var (left, right) = ((await tab.Page.Locator("header").BoundingBoxAsync())!, (await tab.Page.Locator("details").BoundingBoxAsync())!);
        Assert.True(left.X + left.Width <= right.X);

        await tab.Page.EvaluateAsync("Object.assign(game.player.ship, { x: 800, y: 500, vx: 0, vy: 0, angle: 0 })");
        await tab.Page.Mouse.MoveAsync(310, 390);
        await tab.Page.Mouse.DownAsync();
        await WaitAsync(tab, "game.player.ship.x > 820");

        // The other button of a mouse, while the one is down.
        await tab.Page.Mouse.DownAsync(new() { Button = MouseButton.Right });
        await WaitAsync(tab, "game.world.shots.length > 0");
        await tab.Page.Mouse.UpAsync(new() { Button = MouseButton.Right });
        await WaitAsync(tab, "game.world.shots.length === 0 && game.player.keys.thrust");
        await tab.Page.Mouse.UpAsync();
        await WaitAsync(tab, "!game.player.keys.thrust");
        await tab.Find("fire").HoverAsync();
        await tab.Page.Mouse.DownAsync();
        await WaitAsync(tab, "game.world.shots.length > 0");
        await tab.Page.Mouse.UpAsync();

        // The space bar shoots, but where it has something to press.
        await tab.Page.Locator("summary").PressAsync("Space");
        await Expect(tab.Page.Locator("details")).ToHaveAttributeAsync("open", "");

        // The window goes to a screen with other pixels.
        await WaitAsync(tab, "document.querySelector('canvas').width === 360");
        await using var tools = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await tools.SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = 360, ["height"] = 780, ["deviceScaleFactor"] = 2, ["mobile"] = false });
        await WaitAsync(tab, "document.querySelector('canvas').width === 720");
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task A_refused_ticket_is_shown_with_a_way_to_try_again()
    {
        var page = await samples.PageAsync("game");
        await using var tab = await DemoTab.OpenAsync(chromium.Browser, Address(page, "nobody", "arena:refused"));

        await DemoTab.ShowsAsync(tab.Find("state"), "closed: AUTH_FAILED (401)");
        await Expect(tab.Find("again")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_simulation_and_the_interpolation_pass_their_own_tests()
    {
        await samples.PageAsync("game");
        using var process = Process.Start(
            new ProcessStartInfo("npm", ["test", "--silent"]) { WorkingDirectory = Repository.PathOf("samples/game"), RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("between two states it is between them", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bot_plays_on_the_build_that_Unity_runs_allocates_nothing_in_a_frame_and_leaves_when_it_is_ended()
    {
        await using var alice = await OpenAsync("alice", "arena:bot");
        var page = await samples.PageAsync("game");
        using var bot = Process.Start(new ProcessStartInfo("dotnet", [BotPath(), "--gateway", $"ws://{page.Gateway.Address}", "--room", "arena:bot"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = bot.StandardOutput.ReadToEndAsync();
        var errors = bot.StandardError.ReadToEndAsync();
        try
        {
            await SeesAsync(alice, "bot-1");
            await alice.Page.EvaluateAsync("window.first = game.seen()[0]");
            await WaitAsync(alice, "game.seen().some(({ x, y }) => Math.hypot(x - first.x, y - first.y) > 100)");
            await WaitAsync(alice, "game.network.client.hot.stats.received > 300");
            await alice.Page.EvaluateAsync("() => { const { world } = game, left = world.left; world.left = (handle) => { left.call(world, handle); window.told = handle; } }");
            using (var kill = Process.Start("kill", ["-TERM", bot.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync();
            await bot.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        }
        finally
        {
            if (!bot.HasExited)
                bot.Kill();
        }

        Assert.True(bot.ExitCode == 0, await output + await errors);
        Assert.Contains("WsPrism.Client for .NETStandard,Version=v2.1", await output, StringComparison.Ordinal);
        await WaitAsync(alice, "window.told === first.handle && game.seen().length === 0");
        var figures = Regex.Match(await output, @"(\d+) frames, (\d+) bytes allocated in them");
        var (frames, bytes) = (int.Parse(figures.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(figures.Groups[2].Value, CultureInfo.InvariantCulture));

        // What the socket needs when it has to wait, and nothing for each frame: that would be 24 bytes at least.
        Assert.True(bytes < 12 * frames, $"{bytes} bytes in {frames} frames");
        Assert.Empty(alice.Errors);
    }

    private static string Address(SamplePage page, string user, string room) => $"{page.Url}&user={user}&room={room}";

    // Built as it is, beside the tests: artifacts/bin/PROJECT/CONFIGURATION.
    private static string BotPath()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, "Bot", own.Name, "bot.dll");
    }

    private static Task WaitAsync(DemoTab tab, string condition) =>
        tab.Page.WaitForFunctionAsync(condition, null, new() { Timeout = (float)Patience.TotalMilliseconds });

    private static Task SeesAsync(DemoTab tab, string name) => WaitAsync(tab, $"game.seen().some((player) => player.name === '{name}')");

    // In the room, and its ship known there.
    private static Task PlaysAsync(DemoTab tab) => WaitAsync(tab, "game.network.client.hot.stats.received > 0");

    private async Task<DemoTab> OpenAsync(string user, string room)
    {
        var browser = chromium.Browser;
        var page = await samples.PageAsync("game");
        var tab = await DemoTab.OpenAsync(browser, Address(page, user, room));
        await PlaysAsync(tab);
        return tab;
    }
}
