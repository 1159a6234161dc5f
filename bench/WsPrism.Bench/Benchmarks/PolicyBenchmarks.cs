using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Core.Policies;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Bench.Benchmarks;

/// <summary>What is asked of every message before a service sees it.</summary>
public class PolicyBenchmarks
{
    private readonly PolicySnapshot _policy = new(BenchNode.Policy);
    private readonly RateLimiter _limiter;
    private RateBucket _bucket;
    private long _nowNs;

    public PolicyBenchmarks()
    {
        var shared = new SharedRateBucket(TimeProvider.System);
        _limiter = new RateLimiter(new LeasedRateBucket(shared), new LeasedRateBucket(shared));
    }

    [Benchmark(Baseline = true)]
    public bool AdmitExt() => _policy.AdmitExt("chat"u8, "send"u8).IsPass;

    [Benchmark]
    public bool AdmitExtByWildcard() => _policy.AdmitExt("room"u8, "join"u8).IsPass;

    [Benchmark]
    public bool RefuseExt() => _policy.AdmitExt("chat"u8, "shout"u8).IsPass;

    [Benchmark]
    public bool AdmitHot() => _policy.AdmitHot(new HotFrame { SvcId = 1, Opcode = 1 }, hasActiveRoom: true).IsPass;

    [Benchmark]
    public bool TakeFromBucket() => _bucket.TryTake(_policy.ExtRate, _nowNs += 1_000, out _);

    [Benchmark]
    public bool TakeFromBothBuckets() => _limiter.Take(Lane.Ext, _policy, _nowNs += 1_000).IsPass;
}
