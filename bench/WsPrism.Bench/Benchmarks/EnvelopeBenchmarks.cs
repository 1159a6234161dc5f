using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Bench.Benchmarks;

/// <summary>Reading what clients send and writing what they get.</summary>
public class EnvelopeBenchmarks
{
    private readonly byte[] _destination = new byte[512];

    [Benchmark(Baseline = true)]
    public ErrorCode ReadChat() => Read(Messages.ChatWithId);

    [Benchmark]
    public ErrorCode ReadPing() => Read(Messages.Ping);

    [Benchmark]
    public ErrorCode ReadInput() => Read(Messages.Input);

    [Benchmark]
    public ErrorCode ReadEscaped() => Read(Messages.Escaped);

    [Benchmark]
    public ErrorCode Read4KiBOfData() => Read(Messages.LargeData);

    [Benchmark]
    public ErrorCode RefuseMalformed() => Read(Messages.Malformed);

    [Benchmark]
    public int Write() => EnvelopeWriter.Write(
        new OutboundEnvelope
        {
            Svc = "chat"u8,
            Type = "msg"u8,
            Room = "match:1"u8,
            Data = """{"from":"user:1","msg":"Good game, everybody!","ts":1764748800000}"""u8,
        },
        _destination);

    private static ErrorCode Read(byte[] message)
    {
        Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
        return EnvelopeReader.TryRead(message, scratch, out _);
    }
}
