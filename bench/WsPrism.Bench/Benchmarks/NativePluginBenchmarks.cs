using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Bench.Bed;
using WsPrism.Core.Configuration;
using WsPrism.Plugins;

namespace WsPrism.Bench.Benchmarks;

/// <summary>What a native plugin costs beside a built-in service that does the same: a loaded assembly, called through its guard.</summary>
public class NativePluginBenchmarks
{
    private readonly Received _game;
    private readonly Received _relay;
    private readonly Received _which;

    public NativePluginBenchmarks()
    {
        var assembly = PathOf("WsPrism.TestPlugin", "WsPrism.TestPlugin.dll");
        var services = new ServicesConfig
        {
            Hot = new Dictionary<int, string> { [1] = "game", [7] = "relay" },
            Ext = [Service("relay", "Relay"), Service("native", "Versioned")],
        };
        var sender = new BenchNode(new PluginServices(PluginKinds.Create(TimeProvider.System, NullLoggerFactory.Instance)), services).ConnectToRoom(2)[0];
        _game = new Received(sender, isText: false, Messages.Game);
        _relay = new Received(sender, isText: false, Messages.Relay);
        _which = new Received(sender, isText: true, Messages.Which);

        ExtServiceConfig Service(string name, string type) => new()
        {
            Name = name,
            Kind = ExtServiceKind.Native,
            Assembly = new PluginFile(assembly, File.ReadAllBytes(assembly)),
            Class = $"WsPrism.TestPlugin.{type}",
        };
    }

    [Benchmark(Baseline = true)]
    public long HotBuiltIn() => _game.Pass();

    [Benchmark]
    public long HotPlugin() => _relay.Pass();

    [Benchmark]
    public long ExtPlugin() => _which.Pass();

    private static string PathOf(string project, string file)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(here.FullName, "../..", project, here.Name, file));
    }
}
