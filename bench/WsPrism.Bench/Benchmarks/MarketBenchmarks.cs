using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;

namespace WsPrism.Bench.Benchmarks;

/// <summary>
/// The market at the size of its promise: 10,000 instruments, 1,000 subscribers of 100 each. One call is one update from its publisher to the wire of its ten
/// subscribers, a pass of every shard included; shards run one after the other, so the time is that of one core.
/// </summary>
public class MarketBenchmarks
{
    private MarketBed _market = null!;

    [Params(1, 4)]
    public int Shards { get; set; } = 1;

    [GlobalSetup]
    public void Setup() => _market = new MarketBed(Shards, MarketBed.Instruments, MarketBed.Subscribers).Fill().Subscribe();

    [Benchmark(Description = "market fan-out")]
    public void FanOut() => _market.Publish();
}
