using System.Diagnostics;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(WsPrism.Browser.Tests.ChromiumFixture))]

namespace WsPrism.Browser.Tests;

/// <summary>One Chromium for all tests: Debian's, which is installed where it is missing and this process may.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";
    private const string AptGet = "/usr/bin/apt-get";

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _missing;

    public IBrowser Browser
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? "");
            return _browser!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable) && !await TryInstallAsync())
        {
            _missing = $"There is no {Executable}. Install it with: apt-get install chromium";
            return;
        }

        // Where nothing else is said: the machine may be very busy.
        Assertions.SetDefaultExpectTimeout(60_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static async Task<bool> TryInstallAsync()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists(AptGet))
            return false;
        await RunAsync("update", "-qq");
        await RunAsync("install", "-y", "-qq", "--no-install-recommends", "chromium");
        return File.Exists(Executable);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(AptGet, arguments);
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
    }
}
