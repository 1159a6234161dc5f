using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(WsPrism.Browser.Tests.SamplesFixture))]

namespace WsPrism.Browser.Tests;

/// <summary>Each sample with its gateway, built and started once for all tests, with the first that asks: for only a test can be skipped.</summary>
public sealed class SamplesFixture : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<SamplePage>>> _pages = new();

    internal Task<SamplePage> PageAsync(string name) => _pages.GetOrAdd(name, _ => new(() => SamplePage.StartAsync(name))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages.Values.Select(page => page.Value).Where(page => page.IsCompletedSuccessfully))
            await (await page).DisposeAsync();
    }
}
