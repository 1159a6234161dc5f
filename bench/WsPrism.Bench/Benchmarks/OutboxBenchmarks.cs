using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Core.Delivery;

namespace WsPrism.Bench.Benchmarks;

/// <summary>Through the delivery queue: sixteen frames in, sixteen out, the frames themselves shared and encoded once.</summary>
public class OutboxBenchmarks
{
    private const int Burst = 16;

    private readonly Outbox _outbox = new(new Ledger(), new Ledger());
    private readonly OutboxLimits _limits = new(1_024, 1_048_576, 256, 262_144, BenchNode.Policy.SlowConsumer);
    private readonly OutboundFrame _control = Frame(FrameKind.Text, DeliveryClass.Control);
    private readonly OutboundFrame _reliable = Frame(FrameKind.Binary, DeliveryClass.HotReliable);
    private readonly OutboundFrame _ext = Frame(FrameKind.Text, DeliveryClass.Ext);
    private readonly OutboundFrame[] _lossy =
        [.. Enumerable.Range(0, Burst).Select(i => Frame(FrameKind.Binary, DeliveryClass.HotLossy, new ConflationKey(1, (uint)i, 0x101, 0)))];

    [Benchmark(OperationsPerInvoke = Burst)]
    public void Control() => Run(_control);

    [Benchmark(OperationsPerInvoke = Burst)]
    public void HotReliable() => Run(_reliable);

    [Benchmark(OperationsPerInvoke = Burst, Baseline = true)]
    public void Ext() => Run(_ext);

    [Benchmark(OperationsPerInvoke = Burst)]
    public void HotLossy()
    {
        foreach (var frame in _lossy)
            Enqueue(frame);

        Drain();
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public void HotLossyConflated() => Run(_lossy[0]);

    [Benchmark(OperationsPerInvoke = Burst)]
    public void RentAndRelease()
    {
        for (var i = 0; i < Burst; i++)
            Frame(FrameKind.Binary, DeliveryClass.HotLossy).Release();
    }

    private static OutboundFrame Frame(FrameKind kind, DeliveryClass cls, ConflationKey key = default) => OutboundFrame.Rent(kind, cls, 64, key);

    private void Run(OutboundFrame frame)
    {
        for (var i = 0; i < Burst; i++)
            Enqueue(frame);

        Drain();
    }

    private void Enqueue(OutboundFrame frame)
    {
        frame.AddReferences();
        _outbox.TryEnqueue(frame, _limits);
    }

    private void Drain()
    {
        var cursor = _outbox.StartDrain();
        var count = 0;
        while (_outbox.TryPeek(ref cursor, out _))
            count++;

        _outbox.Take(count);
    }
}
