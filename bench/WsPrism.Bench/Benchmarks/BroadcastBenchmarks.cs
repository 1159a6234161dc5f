using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;

namespace WsPrism.Bench.Benchmarks;

/// <summary>One message of one member to everybody in a room, on one shard: from the message to the bytes that each receiver's socket would get.</summary>
public class BroadcastBenchmarks
{
    private Received _lossy = null!;
    private Received _reliable = null!;
    private Received _chat = null!;

    [Params(10, 100, 1_000)]
    public int Members { get; set; } = 100;

    /// <summary>True for sessions that can be resumed: what they are sent is kept a while.</summary>
    [Params(false, true)]
    public bool Resumes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var sender = new BenchNode(resumes: Resumes).ConnectToRoom(Members)[0];
        _lossy = new Received(sender, isText: false, Messages.Game);
        _reliable = new Received(sender, isText: false, Messages.GameReliable);
        _chat = new Received(sender, isText: true, Messages.Chat);
    }

    [Benchmark(Baseline = true)]
    public long HotReliable() => _reliable.Pass();

    [Benchmark]
    public long HotLossy() => _lossy.Pass();

    [Benchmark]
    public long Chat() => _chat.Pass();
}
