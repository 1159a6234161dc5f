using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Core.Sessions;

namespace WsPrism.Bench.Benchmarks;

/// <summary>
/// One member of a room of a thousand leaves and joins again, a pass for each, one member after the other. With presence the others are told on the real clock, every
/// 100 ms: two envelopes' worth of changes to a thousand queues, spread over all that happened in between.
/// </summary>
public class PresenceBenchmarks
{
    private const int Members = 1_000;

    private readonly byte[] _leave = """{"svc":"room","type":"leave"}"""u8.ToArray();
    private (BenchNode Node, Session[] Members, byte[] Join) _without;
    private (BenchNode Node, Session[] Members, byte[] Join) _with;
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        _without = Room("match:1");
        _with = Room("present:1");
    }

    [Benchmark(Baseline = true)]
    public void Without() => LeaveAndJoin(_without);

    [Benchmark]
    public void With() => LeaveAndJoin(_with);

    private static (BenchNode Node, Session[] Members, byte[] Join) Room(string name)
    {
        var node = new BenchNode();
        return (node, node.ConnectToRoom(Members, name), System.Text.Encoding.UTF8.GetBytes($$"""{"svc":"room","type":"join","room":"{{name}}"}"""));
    }

    private void LeaveAndJoin((BenchNode Node, Session[] Members, byte[] Join) room)
    {
        var member = room.Members[_next++ % Members];
        member.OnText(_leave);
        room.Node.Shard.RunPass();
        member.OnText(room.Join);
        room.Node.Shard.RunPass();
    }
}
