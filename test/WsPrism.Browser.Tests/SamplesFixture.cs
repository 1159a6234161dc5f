[assembly: AssemblyFixture(typeof(WsPrism.Browser.Tests.SamplesFixture))]

namespace WsPrism.Browser.Tests;

/// <summary>Each sample with its gateway, built and started once for all tests, with the first that asks: for only a test can be skipped.</summary>
public sealed class SamplesFixture : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<SamplePage>> _pages = [];

    internal Task<SamplePage> PageAsync(string name)
    {
        lock (_gate)
        {
            if (!_pages.TryGetValue(name, out var page))
                _pages.Add(name, page = SamplePage.StartAsync(name));
            return page;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages.Values.Where(page => page.IsCompletedSuccessfully))
            await (await page).DisposeAsync();
    }
}
