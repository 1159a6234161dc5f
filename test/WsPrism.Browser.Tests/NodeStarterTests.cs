using Microsoft.Playwright;
using WsPrism.Docs.Tests;

namespace WsPrism.Browser.Tests;

/// <summary>The starter with the backend for Node.js, which is that of docs/getting-started.md.</summary>
public sealed class NodeStarterTests(ChromiumFixture chromium) : StarterTests(chromium, "node")
{
    [Fact]
    public async Task Getting_started_goes_as_the_page_says()
    {
        var browser = Browser;
        var changes = Page.Of("docs/getting-started.md").Blocks.Where(Diff.Is).ToArray();
        Assert.NotEmpty(changes);
        await using var starter = await RunningStarter.StartAsync("node", folder => Array.ForEach(changes, change => Diff.Apply(change, folder)));
        await using var ann = await DemoTab.OpenAsync(browser, starter.Url);
        await using var bob = await DemoTab.OpenAsync(browser, starter.Url);
        await ComeInAsync(ann, "ann");
        await IsInAsync(ann, "ann");
        await ComeInAsync(bob, "bob");
        await IsInAsync(bob, "bob");

        // The first change.
        await SayAsync(ann, "/wave");
        await DemoTab.ShowsAsync(bob.Find("log"), "ann waves");
        await SayAsync(bob, "hello");
        await HearsAsync(ann, "bob hello");
        Assert.Empty(ann.Errors);
        Assert.Empty(bob.Errors);

        // A gateway that is started anew finds its users again.
        starter.EndGateway();
        await DemoTab.ShowsAsync(ann.Find("state"), "reconnecting");
        await DemoTab.ShowsAsync(bob.Find("state"), "reconnecting");
        await starter.StartGatewayAsync();

        // The room remembers nothing: its history was in the memory of the other.
        foreach (var tab in new[] { ann, bob })
        {
            await tab.Page.EvaluateAsync("() => dispatchEvent(new Event('online'))"); // nobody waits for the next attempt
            await Assertions.Expect(tab.Page.Locator("#log .said")).ToHaveCountAsync(0, new() { Timeout = PatienceMs });
            await DemoTab.ShowsAsync(tab.Find("users"), "ann, bob");
        }

        await SayAsync(bob, "after");
        await HearsAsync(ann, "bob after");
    }
}
