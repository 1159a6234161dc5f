using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WsPrism.BackendBench;

/// <summary>The gateway as a process of its own, on one core, with what the loads need; how much CPU time it used.</summary>
internal sealed partial class GatewayUnderLoad : IAsyncDisposable
{
    public const string Key = "a-key-of-the-benchmark-0123456789";
    public const string HookSecret = "whsec_QSBzZWNyZXQgb2YgdGhlIGJlbmNobWFyayAwMTIzNDU2Nzg5";

    // Beside this program, from samples/plugins.
    private static readonly string Plugins = Path.Combine(AppContext.BaseDirectory, "plugins");

    private readonly Process _process;
    private readonly string _file;

    private GatewayUnderLoad(Process process, string file) => (_process, _file) = (process, file);

    public string Clients { get; private set; } = string.Empty;

    public string Admin { get; private set; } = string.Empty;

    public string Tcp { get; private set; } = string.Empty;

    /// <summary>Bytes of memory that the process has in use now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>CPU seconds of the process so far.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>What the process has allocated on its managed heap so far; asking allocates a page of metrics.</summary>
    public async Task<double> ReadAllocatedBytesAsync()
    {
        using var http = new HttpClient();
        var page = await http.GetStringAsync($"http://{Admin}/metrics");
        return double.Parse(AllocatedLine().Match(page).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    public static async Task<GatewayUnderLoad> StartAsync(int core, string backend, bool resume = false)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$"""
            version: 1
            gateway:
              listen: "127.0.0.1:0"
              handshake_limit: {enabled: false}
              tcp: {listen: "127.0.0.1:0"}
              admin: {listen: "127.0.0.1:0", api_keys: ["operator-{{Key}}"], rate_limit_rps: 1000000, rate_limit_burst: 1000000}
            tenants:
              - id: bench
                auth:
                  dev_tickets: {"load-*": "user:load-*"}
                api_keys: ["{{Key}}"]
                resume: {window_ms: {{(resume ? 600_000 : 0)}}}
                limits:
                  outbound: {ext_messages: 65536, ext_bytes: 67108864, hot_reliable_bytes: 67108864}
                policy:
                  rate_limit_rps: 1000000
                  rate_limit_burst: 1000000
                  ext_allowlist: ["room:*", "hook:*", "work:*", "native:*", "module:*", "script:*"]
                services:
                  ext:
                    - {name: hook, kind: webhook, url: "{{backend}}", secret: "{{HookSecret}}"}
                    - {name: work, kind: rpc, timeout_ms: 1000}
                    - {name: native, kind: native, assembly: "{{AppContext.BaseDirectory}}/NativeGuess.dll"}
                    - {name: module, kind: wasm, file: "{{Plugins}}/guess.wasm"}
                    - {name: script, kind: script, file: "{{Plugins}}/guess.lua", max_queue: 100000}
              - id: filtered
                auth:
                  dev_tickets: {"load-*": "user:load-*"}
                policy:
                  rate_limit_rps: 1000000
                  rate_limit_burst: 1000000
                  ext_allowlist: ["room:*"]
                services:
                  ext:
                    - {name: mask, kind: wasm, file: "{{Plugins}}/mask.wasm"}
                  filters: [mask]
            """);
        var start = new ProcessStartInfo("taskset", ["-c", $"{core}", "dotnet", Path.Combine(AppContext.BaseDirectory, "wsprism.dll"), "start", "--config", file])
        {
            RedirectStandardOutput = true,
        };
        var gateway = new GatewayUnderLoad(Process.Start(start)!, file);
        await gateway.ReadAddressesAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_file);
    }

    private async Task ReadAddressesAsync()
    {
        while (Clients.Length == 0 || Tcp.Length == 0)
        {
            var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The gateway did not start.");
            if (AdminLine().Match(line) is { Success: true } admin)
            {
                Admin = admin.Groups[1].Value;
            }
            else if (TcpLine().Match(line) is { Success: true } tcp)
            {
                Tcp = tcp.Groups[1].Value;
            }
            else if (ClientLine().Match(line) is { Success: true } clients)
            {
                Clients = clients.Groups[1].Value;
            }
        }

        _ = _process.StandardOutput.ReadToEndAsync();
    }

    [GeneratedRegex(@"(?m)^wsprism_allocated_bytes_total (\S+)$")]
    private static partial Regex AllocatedLine();

    [GeneratedRegex(@"Admin listener .* active at (\S+)")]
    private static partial Regex AdminLine();

    [GeneratedRegex(@"TCP transport active at tcp://(\S+)")]
    private static partial Regex TcpLine();

    [GeneratedRegex(@"gateway active at (\S+)")]
    private static partial Regex ClientLine();
}
