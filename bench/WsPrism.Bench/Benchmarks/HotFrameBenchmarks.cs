using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Bench.Benchmarks;

/// <summary>The Hot lane's codec.</summary>
public class HotFrameBenchmarks
{
    private readonly byte[] _destination = new byte[128];

    [Benchmark(Baseline = true)]
    public ErrorCode Read() => HotFrameReader.TryRead(Messages.Game, HotDirection.FromClient, out _);

    [Benchmark]
    public ErrorCode ReadWithKey() => HotFrameReader.TryRead(Messages.GameWithKey, HotDirection.FromClient, out _);

    [Benchmark]
    public int Write() => HotFrameWriter.Write(
        new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Sender, Sender = 7, Payload = "0123456789abcdef0123456789abcdef"u8 }, _destination);
}
