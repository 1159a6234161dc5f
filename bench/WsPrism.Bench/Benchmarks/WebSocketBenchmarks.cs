using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Bench.Benchmarks;

/// <summary>
/// Client frames in, messages out. Unmasking happens in place, so each call first copies the wire's bytes, as a socket would: <see cref="CopyAlone"/> says
/// what that costs for the largest.
/// </summary>
public class WebSocketBenchmarks
{
    private readonly byte[] _small = Messages.Masked(0x1, Messages.Chat);
    private readonly byte[] _large = Messages.Masked(0x2, new byte[65_536]);
    private readonly byte[] _fragmented =
    [
        .. Messages.Masked(0x1, Messages.Chat.AsSpan(..30), final: false),
        .. Messages.Masked(0x0, Messages.Chat.AsSpan(30..60), final: false),
        .. Messages.Masked(0x0, Messages.Chat.AsSpan(60..)),
    ];

    private readonly byte[] _received = new byte[66_000];
    private readonly WebSocketFrameParser _parser = new(65_536, deflate: false);
    private readonly CountingSink _sink = new();

    [Benchmark(Baseline = true)]
    public long ParseSmallText() => Parse(_small);

    [Benchmark]
    public long ParseFragmentedText() => Parse(_fragmented);

    [Benchmark]
    public long ParseSmallTextInTwoReads()
    {
        _small.CopyTo(_received, 0);
        _parser.Received(_received.AsSpan(0, 40), _sink);
        _parser.Received(_received.AsSpan(40, _small.Length - 40), _sink);
        return _sink.Bytes;
    }

    [Benchmark]
    public long Parse64KiBBinary() => Parse(_large);

    [Benchmark]
    public void CopyAlone() => _large.CopyTo(_received, 0);

    [Benchmark]
    public void Mask69Bytes() => WebSocketMask.Apply(_received.AsSpan(0, 69), 0x3D21_FA37, 0);

    [Benchmark]
    public void Mask64KiB() => WebSocketMask.Apply(_received.AsSpan(0, 65_536), 0x3D21_FA37, 0);

    private long Parse(byte[] wire)
    {
        wire.CopyTo(_received, 0);
        _parser.Received(_received.AsSpan(0, wire.Length), _sink);
        return _sink.Bytes;
    }

    private sealed class CountingSink : IWebSocketFrameSink
    {
        public long Bytes { get; private set; }

        public void OnText(Span<byte> message) => Bytes += message.Length;

        public void OnBinary(Span<byte> message) => Bytes += message.Length;

        public void OnPing(ReadOnlySpan<byte> payload) => Bytes += payload.Length;

        public void OnPong(ReadOnlySpan<byte> payload) => Bytes += payload.Length;

        public void OnClose(ushort code, ReadOnlySpan<byte> reason) => throw new InvalidOperationException("The bench never closes.");

        public void OnError(ushort closeCode, string reason) => throw new InvalidOperationException(reason);
    }
}
