using WsPrism.Core.ServerApi;

namespace WsPrism.Core.Tests.ServerApi;

public sealed class ListPageTests
{
    [Fact]
    public void Pages_follow_one_another_while_the_list_changes_under_them()
    {
        var items = new List<string> { "d", "b", "a", "c", "é", "B" };

        var first = ListPage.Cut(items, item => item, null, 2);
        Assert.Equal(["B", "a"], first.Items);
        items.Remove("a");
        items.Add("A");
        items.Add("aa");

        var second = ListPage.Cut(items, item => item, first.Next, 3);
        Assert.Equal(["aa", "b", "c"], second.Items);
        var last = ListPage.Cut(items, item => item, second.Next, 2);
        Assert.Equal(["d", "é"], last.Items);
        Assert.Null(last.Next);
    }

    [Fact]
    public void An_empty_list_has_one_empty_page()
    {
        var page = ListPage.Cut(Array.Empty<string>(), item => item, "x", 10);

        Assert.Empty(page.Items);
        Assert.Null(page.Next);
    }
}
