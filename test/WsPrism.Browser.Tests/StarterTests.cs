using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;

namespace WsPrism.Browser.Tests;

/// <summary>The starter of <c>wsprism new</c>, as its README has it used.</summary>
public abstract class StarterTests(ChromiumFixture chromium, string backend)
{
    private protected const float PatienceMs = 60_000;

    private protected IBrowser Browser => chromium.Browser;

    [Fact]
    public async Task Two_windows_talk_to_each_other_and_what_is_wrong_is_told()
    {
        var browser = Browser;
        await using var starter = await RunningStarter.StartBackendAsync(backend);
        await BelievesNobodyElseAsync(starter.Url);
        await using var ann = await DemoTab.OpenAsync(browser, starter.Url);
        await using var bob = await DemoTab.OpenAsync(browser, starter.Url);

        // Without a name, and without a gateway, nobody comes in.
        await ComeInAsync(ann, " ");
        await DemoTab.ShowsAsync(ann.Find("problem"), "A name has 1 to 20 letters and digits.");
        await ComeInAsync(ann, "ann");
        await DemoTab.ShowsAsync(ann.Find("problem"), "Does the gateway run, in this folder?");

        await starter.StartGatewayAsync();
        await ComeInAsync(ann, "ann");
        await IsInAsync(ann, "ann");
        await ComeInAsync(bob, "bob");
        await IsInAsync(bob, "bob");
        await DemoTab.ShowsAsync(ann.Find("users"), "ann, bob");
        await DemoTab.ShowsAsync(ann.Find("log"), "bob is here");

        await SayAsync(ann, "hello, <b>bob</b>");
        await HearsAsync(bob, "ann hello, <b>bob</b>");
        await SayAsync(bob, "hello yourself");
        await HearsAsync(ann, "bob hello yourself");

        // The backend refuses the one, the client library the other: both stay in the field.
        await SayAsync(ann, new string('x', 201));
        await DemoTab.ShowsAsync(ann.Find("problem"), "Say something of 1 to 200 characters; these are 201.");
        await SayAsync(ann, new string('x', 5000));
        await DemoTab.ShowsAsync(ann.Find("problem"), "longer than the gateway takes");
        await SayAsync(ann, "sorry");
        await HearsAsync(bob, "ann sorry");
        await Assertions.Expect(ann.Find("problem")).ToHaveTextAsync("", new() { Timeout = PatienceMs });

        // Who comes later reads what was said, each once and in order; on a narrow screen in the dark as well.
        await using var carol = await DemoTab.OpenAsync(browser, starter.Url, new() { ColorScheme = ColorScheme.Dark, ViewportSize = new() { Width = 340, Height = 640 } });
        await PictureAsync(carol, "starter-login");
        await ComeInAsync(carol, "Zoë");
        await IsInAsync(carol, "Zoë");
        await DemoTab.ShowsAsync(carol.Find("log"), "Zoë is here");
        await Assertions.Expect(carol.Page.Locator("#log .said")).ToHaveTextAsync(["ann hello, <b>bob</b>", "bob hello yourself", "ann sorry"], new() { Timeout = PatienceMs });
        await SayAsync(carol, "A line that has to wrap somewhere, and a_word_that_does_not_end_" + new string('x', 60));
        await HearsAsync(ann, "Zoë A line that has to wrap");
        await PictureAsync(ann, $"starter-{backend}");
        await PictureAsync(carol, "starter-narrow");
        Assert.Equal(0, await carol.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"));

        // Who leaves the page has gone, though sessions wait for a minute.
        await bob.Page.GotoAsync("about:blank");
        await Assertions.Expect(ann.Find("users")).ToHaveTextAsync("Zoë, ann", new() { Timeout = PatienceMs });
        Assert.Empty(bob.Errors);
        Assert.Empty(carol.Errors);
    }

    // What the backend does is for the gateway to ask, and its secrets are for nobody.
    private static async Task BelievesNobodyElseAsync(string url)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        foreach (var path in new[] { "talk", "events" })
        {
            using var body = new StringContent("""{"event":"room_joined","type":"say","in_room":true,"room":"lobby","user":"eve","data":{"text":"hello"}}""");
            using var unsigned = await http.PostAsync(path, body);
            Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
        }

        foreach (var text in new[] { "nonsense", "null", "{}" })
        {
            using var body = new StringContent(text, MediaTypeHeaderValue.Parse("application/json"));
            using var nobody = await http.PostAsync("login", body);
            Assert.Equal(HttpStatusCode.BadRequest, nobody.StatusCode);
        }

        foreach (var path in new[] { "secrets/api-key", "%2e%2e/secrets/api-key", "..%2fsecrets%2fapi-key", "wsprism.yaml", "nothing.html" })
        {
            using var hidden = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        }
    }

    private protected static async Task ComeInAsync(DemoTab tab, string name)
    {
        await tab.Find("name").FillAsync(name);
        await tab.Find("name").PressAsync("Enter");
    }

    private protected static async Task IsInAsync(DemoTab tab, string name)
    {
        await DemoTab.ShowsAsync(tab.Find("state"), $"connected as {name}");
        await DemoTab.ShowsAsync(tab.Find("users"), name);
    }

    private protected static async Task SayAsync(DemoTab tab, string text)
    {
        await tab.Find("text").FillAsync(text);
        await tab.Find("text").PressAsync("Enter");
    }

    private protected static Task HearsAsync(DemoTab tab, string text) => DemoTab.ShowsAsync(tab.Page.Locator("#log .said").Last, text);

    // With WSPRISM_SCREENSHOTS=<folder> the pictures are kept, for whoever changes the page.
    private static async Task PictureAsync(DemoTab tab, string name)
    {
        if (Environment.GetEnvironmentVariable("WSPRISM_SCREENSHOTS") is { Length: > 0 } folder)
            await tab.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
    }
}
