using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

/// <summary>The worker that the documentation gives the reader, as it stands there.</summary>
public sealed partial class NodeWorkerTests(NodeFixture node) : LinkTests, IClassFixture<NodeFixture>
{
    [Fact]
    public async Task It_answers_relays_frames_and_drains()
    {
        await using var api = await StartAsync();
        using var worker = Start(api);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await Patience.UntilAsync(async () => (await api.Gateway.MetricsAsync()).Sum("wsprism_link_workers", ("service", "trade")) == 1, "the worker connects");

        await alice.SendTextAsync("""{"svc":"trade","type":"buy","id":1}""");
        Assert.Equal("user:alice", (await alice.ExpectAsync("sys", "ack")).GetProperty("data").GetProperty("hello").GetString());
        await alice.JoinAsync("pit");
        await alice.SendHotAsync("05 07 05 01000000 2a000000 ff");
        Assert.Equal($"05072d010000002a000000{Convert.ToHexStringLower(BitConverter.GetBytes(alice.Handle))}ff", await alice.ExpectHotAsync());
        Assert.Equal("hello", await worker.StandardOutput.ReadLineAsync(Patience.Token()));
        Assert.Equal("joined", await worker.StandardOutput.ReadLineAsync(Patience.Token()));

        using var kill = Process.Start("kill", ["-TERM", $"{worker.Id}"]);
        Assert.Equal("drained", await worker.StandardOutput.ReadLineAsync(Patience.Token()));
        await worker.WaitForExitAsync(Patience.Token());
    }

    private Process Start(ApiUnderTest api)
    {
        Assert.SkipWhen(node.Missing is not null || OperatingSystem.IsWindows(), node.Missing ?? "There are no signals on Windows.");
        var script = Example().Match(File.ReadAllText(PageFile())).Groups[1].Value.Replace("127.0.0.1:9090", api.Gateway.AdminAddress, StringComparison.Ordinal);
        var file = Path.Combine(AppContext.BaseDirectory, "node", "worker.mjs");
        File.WriteAllText(file, script);
        var start = new ProcessStartInfo("node", [file]) { RedirectStandardOutput = true };
        start.Environment["ACME_API_KEY"] = ApiUnderTest.AcmeKey;
        return Process.Start(start)!;
    }

    private static string PageFile([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/backend-link.md");

    [GeneratedRegex("^```js worker\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
