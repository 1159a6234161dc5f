using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WsPrism.JavaScript.Tests;

namespace WsPrism.Browser.Tests;

/// <summary>A sample as <c>samples/start</c> runs it, beside a gateway with the demonstration.</summary>
internal sealed partial class SamplePage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly DemoGateway _gateway;
    private readonly Task<string> _errors;
    private Task<string> _output = Task.FromResult(string.Empty);

    private SamplePage(Process process, DemoGateway gateway)
    {
        _process = process;
        _gateway = gateway;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Address of the page, which is told which gateway it is to use.</summary>
    public string Url { get; private set; } = string.Empty;

    /// <summary>The gateway that it uses.</summary>
    public DemoGateway Gateway => _gateway;

    /// <summary>Starts gateway and sample, or skips the test where there is no Node.js.</summary>
    public static async Task<SamplePage> StartAsync(string name)
    {
        var missing = await NpmReady.ReadyAsync($"samples/{name}");
        Assert.SkipWhen(missing is not null, missing ?? string.Empty);

        var gateway = await DemoGateway.StartAsync();
        var start = new ProcessStartInfo(Repository.PathOf("samples/start"), [name]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["WSPRISM_ADMIN"] = $"http://{gateway.Admin}";
        start.Environment["WSPRISM_GATEWAY"] = $"ws://{gateway.Address}/v1/ws"; // for what a sample runs beside its page
        start.Environment["NO_COLOR"] = "1";
        var sample = new SamplePage(Process.Start(start)!, gateway);
        try
        {
            await sample.ReadAddressAsync().WaitAsync(Patience, TimeProvider.System);
        }
        catch
        {
            await sample.DisposeAsync();
            throw;
        }

        return sample;
    }

    /// <summary>Ends it as who supervises programs does, by one signal to the one process that was started, and waits until nobody is left who could write to what it wrote to.</summary>
    public async Task EndAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await Task.WhenAll(_output, _errors, _process.WaitForExitAsync()).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _gateway.DisposeAsync();
    }

    private async Task ReadAddressAsync()
    {
        var output = new List<string>();
        while (Url.Length == 0)
        {
            var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The sample did not start:\n{string.Join('\n', output)}\n{await _errors}");
            output.Add(line);
            if (Local().Match(line) is { Success: true } local)
                Url = $"{local.Groups[1].Value}?gateway={Uri.EscapeDataString($"ws://{_gateway.Address}/v1/ws")}";
        }

        // Read on, so that the sample never waits for somebody to read what it says.
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    [GeneratedRegex(@"Local:\s+(http://\S+)")]
    private static partial Regex Local();
}
