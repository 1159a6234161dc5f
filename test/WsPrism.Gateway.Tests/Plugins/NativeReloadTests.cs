using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using WsPrism.Gateway.Reload;
using WsPrism.Gateway.Tests.Support;
using WsPrism.Testing;

namespace WsPrism.Gateway.Tests.Plugins;

/// <summary>A native plugin in a gateway with sockets: its file is exchanged while clients talk to it.</summary>
public sealed class NativeReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_changes_is_taken_in_by_a_reload_while_messages_flow_and_the_old_assembly_is_gone()
    {
        var path = Write(BuiltPlugins.Version(1).Content.Span);
        await using var gateway = await GatewayUnderTest.StartAsync(Config(path, "reloaded"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        Assert.Equal("version-1", await AskAsync(alice, "reloaded"));
        var old = Contexts("acme/reloaded");
        Assert.Single(old);

        using var stop = new CancellationTokenSource();
        var talk = TalkAsync(bob, stop.Token);
        Write(BuiltPlugins.Version(2).Content.Span);
        var report = await gateway.Host.Reload.RunAsync("test");
        Assert.Equal(ReloadOutcome.Applied, report.Outcome);
        Assert.Equal("version-2", await AskAsync(alice, "reloaded"));

        await AwaitEndAsync(old);
        await stop.CancelAsync();
        Assert.Equal(["version-1", "version-2"], (await talk).Distinct());

        async Task<List<string>> TalkAsync(GatewayClient client, CancellationToken stopped)
        {
            var heard = new List<string>();
            while (!stopped.IsCancellationRequested || heard[^1] == "version-1")
            {
                heard.Add(await AskAsync(client, "reloaded"));
            }

            return heard;
        }
    }

    [Fact]
    public async Task A_file_that_is_broken_changes_nothing_and_is_told_with_its_line()
    {
        var path = Write(BuiltPlugins.Version(1).Content.Span);
        await using var gateway = await GatewayUnderTest.StartAsync(Config(path, "kept"));
        using var alice = await gateway.ConnectAsync("t-alice");

        Write("half of an assembly"u8);
        var report = await gateway.Host.Reload.RunAsync("test");

        Assert.Equal(ReloadOutcome.Invalid, report.Outcome);
        var error = Assert.Single(report.Errors);
        Assert.Equal("tenants[0].services.ext[0].assembly", error.Path);
        Assert.StartsWith("Versioned.dll is not a .NET assembly", error.Message, StringComparison.Ordinal);
        Assert.Equal("version-1", await AskAsync(alice, "kept"));

        Write(BuiltPlugins.Version(3).Content.Span);
        Assert.Equal(ReloadOutcome.Applied, (await gateway.Host.Reload.RunAsync("test")).Outcome);
        Assert.Equal("version-3", await AskAsync(alice, "kept"));
    }

    [Fact]
    public async Task Calls_failures_and_switching_off_are_metrics()
    {
        var path = Write(BuiltPlugins.Read(BuiltPlugins.TestPlugin).Content.Span);
        await using var gateway = await GatewayUnderTest.StartAsync(Config(path, "deeds", "Deeds"));
        using var alice = await gateway.ConnectAsync("t-alice");

        await alice.SendTextAsync("""{"svc":"deeds","type":"nothing","id":0}""");
        await alice.ExpectAsync("sys", "ack");
        for (var i = 1; i <= 5; i++)
        {
            await alice.SendTextAsync($$"""{"svc":"deeds","type":"fail","id":{{i}}}""");
            Assert.Equal("INTERNAL", await alice.ExpectErrorAsync($"{i}"));
        }

        await alice.SendTextAsync("""{"svc":"deeds","type":"nothing","id":6}""");
        Assert.Equal("SERVICE_UNAVAILABLE", await alice.ExpectErrorAsync("6"));

        (string, string)[] labels = [("tenant", "acme"), ("service", "deeds"), ("kind", "native")];
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(6, metrics.Sum("wsprism_plugin_calls_total", labels));
        Assert.Equal(5, metrics.Sum("wsprism_plugin_failures_total", [.. labels, ("reason", "error")]));
        Assert.Equal(0, metrics.Sum("wsprism_plugin_failures_total", [.. labels, ("reason", "limit")]));
        Assert.Equal(1, metrics.Sum("wsprism_plugin_switched_off_total", labels));
        Assert.Equal(5, gateway.Log.TakeErrors("Plugin acme/deeds (Versioned.dll) failed on a message"));
    }

    private string Write(ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(_folder.Path, "Versioned.dll");
        File.WriteAllBytes(path, content);
        File.Copy(Path.Combine(Path.GetDirectoryName(BuiltPlugins.TestPlugin)!, "YamlDotNet.dll"), Path.Combine(_folder.Path, "YamlDotNet.dll"), overwrite: true);
        return path;
    }

    private static TestConfig Config(string path, string name, string type = "Versioned") => new TestConfig()
        .Tenant("policy.ext_allowlist", $"[\"room:*\", \"{name}:*\"]")
        .Tenant("services.ext", $"[{{name: {name}, kind: native, assembly: \"{path}\", class: {BuiltPlugins.Namespace}.{type}}}]");

    private static async Task<string> AskAsync(GatewayClient client, string service)
    {
        await client.SendTextAsync($$"""{"svc":"{{service}}","type":"which"}""");
        return (await client.ExpectAsync("sys", "ack")).GetProperty("data").GetString()!;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Contexts(string name) => [.. AssemblyLoadContext.All.Where(context => context.Name == name).Select(context => new WeakReference(context))];

    private static async Task AwaitEndAsync(WeakReference[] contexts) => await Patience.UntilAsync(
        () =>
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            GC.WaitForPendingFinalizers();
            return !Array.Exists(contexts, context => context.IsAlive);
        },
        "the old assembly is unloaded");
}
