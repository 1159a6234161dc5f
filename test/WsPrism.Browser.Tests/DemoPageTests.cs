using System.Globalization;
using System.Net.WebSockets;
using Microsoft.Playwright;

namespace WsPrism.Browser.Tests;

/// <summary>The demo page in a real browser, against the real gateway.</summary>
public sealed class DemoPageTests(ChromiumFixture chromium)
{
    public static TheoryData<string, ColorScheme, int> Looks => new()
    {
        { "light", ColorScheme.Light, 1440 },
        { "narrow-dark", ColorScheme.Dark, 390 },
    };

    [Fact]
    public async Task Two_users_connect_and_talk_to_each_other()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page);
        await tab.IsInRoomAsync("a");
        await tab.IsInRoomAsync("b");

        await tab.SayAsync("a", "hello from a");
        await tab.SayAsync("b", "<b>hello</b> from b");

        await tab.HearsAsync("b", "user:alice", "hello from a");
        await tab.HearsAsync("a", "user:bob", "<b>hello</b> from b");
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task A_dot_that_is_moved_by_pointer_or_arrow_keys_moves_in_the_other_field_over_the_Hot_lane()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page);
        await tab.IsInRoomAsync("a");
        await tab.IsInRoomAsync("b");

        var ofA = await tab.MoveAsync("a", 25, 70);
        await tab.SeesAsync("b", ofA);
        var ofB = await tab.MoveAsync("b", 80, 20);
        await tab.SeesAsync("a", ofB);

        var field = tab.Find("a-field");
        var (x, y) = (await field.GetAttributeAsync("data-self-x"), await field.GetAttributeAsync("data-self-y"));
        await field.PressAsync("ArrowRight");
        await Assertions.Expect(field).Not.ToHaveAttributeAsync("data-self-x", x!);
        Assert.True(double.Parse((await field.GetAttributeAsync("data-self-x"))!, CultureInfo.InvariantCulture) > double.Parse(x!, CultureInfo.InvariantCulture));
        Assert.Equal(y, await field.GetAttributeAsync("data-self-y"));

        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task Frames_of_both_lanes_round_trips_the_ledger_and_the_gateways_clock_are_shown()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page);
        await tab.IsInRoomAsync("a");
        await tab.IsInRoomAsync("b");

        await tab.MoveAsync("b", 30, 30);
        await tab.Find("a-stats").Locator("summary").ClickAsync();

        foreach (var (lane, direction) in new[] { ("ext", "in"), ("ext", "out"), ("hot", "in"), ("hot", "out") })
            await Assertions.Expect(tab.Find("a-frames").Locator($".fr[data-lane={lane}][data-dir={direction}]").First).ToBeAttachedAsync();
        await DemoTab.ShowsAsync(tab.Find("a-rtt-ext"), " ms");
        await DemoTab.ShowsAsync(tab.Find("a-rtt-hot"), " ms");
        await DemoTab.ShowsAsync(tab.Find("a-stats-out"), "\"delivered\"");
        await DemoTab.ShowsAsync(tab.Find("a-clock"), " ± ");

        // With how far off it is at most. Page and gateway are on one machine, and Date.now() is cut off to a millisecond.
        var offset = double.Parse((await tab.Find("a-clock").GetAttributeAsync("data-offset"))!, CultureInfo.InvariantCulture);
        var bound = double.Parse((await tab.Find("a-clock").GetAttributeAsync("data-bound"))!, CultureInfo.InvariantCulture);
        Assert.True(bound > 0);
        Assert.InRange(Math.Abs(offset), 0, bound + 1.5);
        Assert.Empty(tab.Errors);
    }

    // A page of another origin: what the admin listener answers, here.
    [Fact]
    public async Task Any_page_may_import_the_client_library()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, $"http://{gateway.Admin}/healthz");

        var user = await tab.Page.EvaluateAsync<string>(
            """
            async (origin) => {
              const { connect } = await import(`${origin}/wsprism.js`);
              const client = await connect({ url: origin, tenant: "demo", ticket: "alice" });
              client.close();
              return client.session.user;
            }
            """,
            $"http://{gateway.Address}");

        Assert.Equal("user:alice", user);
    }

    [Fact]
    public async Task A_wrong_ticket_is_told_why_it_was_refused()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page + "?auto=0");
        await tab.IsAsync("a", "idle");

        await tab.Find("a-ticket").FillAsync("wrong");
        await tab.Find("a-connect").ClickAsync();

        await tab.IsAsync("a", "closed");
        await DemoTab.ShowsAsync(tab.Find("a-note"), "Refused with HTTP 401 AUTH_FAILED: Tenant or ticket is not valid.");

        // The browser itself reports both answers; the page adds nothing.
        Assert.All(tab.Errors, error => Assert.True(error.Contains("WebSocket connection", StringComparison.Ordinal) || error.Contains("Failed to load resource", StringComparison.Ordinal), error));
    }

    [Fact]
    public async Task Two_tabs_see_each_other()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var first = await DemoTab.OpenAsync(browser, gateway.Page + "?auto=0");
        await using var second = await DemoTab.OpenAsync(browser, gateway.Page + "?auto=0");
        await first.Find("a-connect").ClickAsync();
        await second.Find("b-connect").ClickAsync();
        await first.IsInRoomAsync("a");
        await second.IsInRoomAsync("b");

        await first.SayAsync("a", "anybody there?");
        await second.HearsAsync("b", "user:alice", "anybody there?");
        await first.SeesAsync("a", await second.MoveAsync("b", 60, 40));

        Assert.Empty(first.Errors);
        Assert.Empty(second.Errors);
    }

    [Fact]
    public async Task Who_is_kicked_reads_what_the_close_code_means()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page);
        await tab.IsInRoomAsync("a");
        await tab.IsInRoomAsync("b");

        // The demonstration allows a user 16 sessions and then ends the oldest.
        var others = new List<ClientWebSocket>();
        for (var i = 0; i < 16; i++)
        {
            others.Add(new ClientWebSocket());
            await others[i].ConnectAsync(new Uri($"ws://{gateway.Address}/v1/ws?tenant=demo&ticket=alice"), TestContext.Current.CancellationToken);
        }

        await tab.IsAsync("a", "closed");
        await DemoTab.ShowsAsync(tab.Find("a-note"), "4408 kicked");
        await DemoTab.ShowsAsync(tab.Find("a-note"), "Stop: reconnecting would kick the other session.");
        await tab.IsAsync("b", "open");
        others.ForEach(other => other.Dispose());
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task Who_loses_the_gateway_reads_when_it_is_tried_again()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page);
        await tab.IsInRoomAsync("a");

        await gateway.DrainAsync();

        await tab.IsAsync("a", "reconnecting");
        await DemoTab.ShowsAsync(tab.Find("a-note"), " Again in ");
        await Assertions.Expect(tab.Find("a-chat-input")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Disconnecting_and_connecting_again_joins_the_room_again()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page);
        await tab.IsInRoomAsync("a");
        await tab.IsInRoomAsync("b");

        await tab.Find("a-connect").ClickAsync();
        await tab.IsAsync("a", "closed");
        await tab.Find("a-connect").ClickAsync();
        await tab.IsInRoomAsync("a");
        await tab.SayAsync("b", "welcome back");

        await tab.HearsAsync("a", "user:bob", "welcome back");
        Assert.Empty(tab.Errors);
    }

    [Fact]
    public async Task The_page_comes_with_a_policy_that_the_browser_enforces()
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page);
        await tab.IsInRoomAsync("a");

        var response = await tab.Page.Context.APIRequest.GetAsync(gateway.Page);
        var refused = await tab.Page.EvaluateAsync<bool>(
            """
            () => new Promise(done => {
              document.addEventListener("securitypolicyviolation", () => done(true));
              const image = new Image();
              image.src = "/elsewhere.png";
            })
            """);

        Assert.StartsWith("default-src 'none'; ", response.Headers["content-security-policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers["x-content-type-options"]);
        Assert.True(refused);
    }

    // With WSPRISM_SCREENSHOTS=<folder> the pictures are kept, for whoever changes the page.
    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Nothing_is_wider_than_the_window(string name, ColorScheme scheme, int width)
    {
        var browser = chromium.Browser;
        await using var gateway = await DemoGateway.StartAsync();
        await using var tab = await DemoTab.OpenAsync(browser, gateway.Page, new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 1100 } });
        await tab.IsInRoomAsync("a");
        await tab.IsInRoomAsync("b");
        await tab.SayAsync("a", "hello, how are you?");
        await tab.SayAsync("b", "fine, and you? A longer line has to wrap somewhere, and a_word_that_does_not_end_has_to_as_well_" + new string('x', 60));
        await tab.HearsAsync("a", "user:bob", "fine");
        await tab.SeesAsync("a", await tab.MoveAsync("b", 70, 30));
        await tab.SeesAsync("b", await tab.MoveAsync("a", 30, 60));
        await tab.Find("a-stats").Locator("summary").ClickAsync();
        await DemoTab.ShowsAsync(tab.Find("a-stats-out"), "\"delivered\"");
        await DemoTab.ShowsAsync(tab.Find("a-rtt-ext"), " ms");

        var excess = await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (Environment.GetEnvironmentVariable("WSPRISM_SCREENSHOTS") is { Length: > 0 } folder)
            await tab.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });

        Assert.Equal(0, excess);
        Assert.Empty(tab.Errors);
    }
}
