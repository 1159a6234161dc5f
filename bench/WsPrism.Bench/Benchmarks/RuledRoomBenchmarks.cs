using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;

namespace WsPrism.Bench.Benchmarks;

/// <summary>
/// Lossy frames to rooms of a hundred with rules, on one shard: a pass a frame, and the ticks and releases that come due on the real clock while it runs. Compare
/// with the broadcast to a hundred: what a rule saves is what it does not send.
/// </summary>
public class RuledRoomBenchmarks
{
    private const int Members = 100;

    private (Shard Shard, Session Sender) _tick;
    private (Shard Shard, Session Sender) _merge;
    private (Shard Shard, Session Sender) _pace;

    [GlobalSetup]
    public void Setup()
    {
        _tick = Room("tick:1");
        _merge = Room("merge:1");
        _pace = Room("pace:1");
    }

    [Benchmark(Baseline = true)]
    public void Tick() => Pass(_tick);

    [Benchmark]
    public void Merge() => Pass(_merge);

    [Benchmark]
    public void Pace() => Pass(_pace);

    private static (Shard Shard, Session Sender) Room(string name)
    {
        var node = new BenchNode();
        return (node.Shard, node.ConnectToRoom(Members, name)[0]);
    }

    private static void Pass((Shard Shard, Session Sender) room)
    {
        room.Sender.OnBinary(Messages.GameWithKey);
        room.Sender.OnBinary(Messages.Game);
        room.Shard.RunPass();
    }
}
