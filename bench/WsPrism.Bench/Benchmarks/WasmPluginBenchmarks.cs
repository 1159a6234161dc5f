using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Bench.Bed;
using WsPrism.Core.Configuration;
using WsPrism.Plugins;

namespace WsPrism.Bench.Benchmarks;

/// <summary>
/// What modules add to the line (<see cref="LineBenchmarks"/>): one that only accepts beside a filter that only lets pass, which is the way in and out of a module,
/// and the samples, which read their message. One pass a message.
/// </summary>
public class WasmPluginBenchmarks
{
    private readonly Received _plain;
    private readonly Received _service;
    private readonly Received _filtered;
    private readonly Received _masked;
    private readonly Received _guess;

    public WasmPluginBenchmarks()
    {
        _plain = Chat([]);
        _filtered = Chat(["smallest"]);
        _masked = Chat(["mask"]);
        _service = new Received(Node(["smallest"], []), isText: true, """{"svc":"smallest","type":"any","data":{"msg":"hello everybody"}}"""u8.ToArray());
        var player = Node(["guess"], []);
        new Received(player, isText: true, """{"svc":"guess","type":"start","data":{"max":10,"number":7}}"""u8.ToArray()).Pass();
        _guess = new Received(player, isText: true, """{"svc":"guess","type":"guess","data":{"n":5}}"""u8.ToArray());
    }

    [Benchmark(Baseline = true)]
    public long Chat_without_a_filter() => _plain.Pass();

    [Benchmark]
    public long Chat_through_the_smallest_filter() => _filtered.Pass();

    [Benchmark]
    public long Chat_through_mask_which_finds_nothing() => _masked.Pass();

    [Benchmark]
    public long The_smallest_service_accepts() => _service.Pass();

    [Benchmark]
    public long Guess_replies_and_keeps_state() => _guess.Pass();

    private static Received Chat(string[] filters) => new(Node(filters, filters), isText: true, Messages.Chat);

    private static Core.Sessions.Session Node(string[] modules, string[] filters) =>
        new BenchNode(
            new PluginServices(PluginKinds.Create(TimeProvider.System, NullLoggerFactory.Instance)),
            new ServicesConfig { Ext = [.. modules.Select(Service)], Filters = filters }).ConnectToRoom(2)[0];

    private static ExtServiceConfig Service(string name)
    {
        using var module = typeof(WasmPluginBenchmarks).Assembly.GetManifestResourceStream($"{name}.wasm")!;
        var bytes = new byte[module.Length];
        module.ReadExactly(bytes);
        return new ExtServiceConfig { Name = name, Kind = ExtServiceKind.Wasm, File = new PluginFile($"/{name}.wasm", bytes) };
    }
}
