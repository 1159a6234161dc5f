namespace WsPrism.Browser.Tests;

/// <summary>One game sample and gateway for all tests of the class, each of which plays in an arena of its own.</summary>
public sealed class GameSampleFixture : IAsyncLifetime
{
    private SamplePage? _page;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.DisposeAsync();
    }

    /// <summary>Starts it with the first test that asks, for only a test can be skipped.</summary>
    internal async Task<SamplePage> PageAsync() => _page ??= await SamplePage.StartAsync("game");
}
