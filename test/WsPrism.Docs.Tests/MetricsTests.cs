using System.Text.RegularExpressions;

namespace WsPrism.Docs.Tests;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task The_operations_page_describes_the_metrics_that_there_are_and_no_others()
    {
        await using var gateway = await RunningGateway.StartDemoAsync();
        using var http = new HttpClient();

        var page = await http.GetStringAsync($"http://{gateway.Admin}/metrics");

        var table = Page.Of("docs/operations.md").Text.Split("## Metrics")[1].Split("\n## ")[0];
        Assert.Equal(Families().Matches(page).Select(Name).Order(), Rows().Matches(table).Select(Name).Order());
    }

    [Fact]
    public void Every_metric_named_in_any_page_is_in_the_table_of_the_operations_page()
    {
        var described = Rows().Matches(Page.Of("docs/operations.md").Text).Select(Name).ToHashSet();

        var unknown = Page.All.SelectMany(page => Mentions().Matches(page.Prose).Select(match => $"{page.Name}: {Name(match)}"))
            .Where(mention => !described.Contains(mention.Split(": ")[1]));

        Assert.Empty(unknown);
    }

    private static string Name(Match match) => match.Groups[1].Value;

    [GeneratedRegex(@"^# TYPE (\S+)", RegexOptions.Multiline)]
    private static partial Regex Families();

    [GeneratedRegex(@"^\| `(wsprism_\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"`(wsprism_\w+)")]
    private static partial Regex Mentions();
}
