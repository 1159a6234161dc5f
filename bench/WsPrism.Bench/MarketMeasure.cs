using WsPrism.Bench.Bed;

namespace WsPrism.Bench;

/// <summary>What BenchmarkDotNet does not tell of the market: what an instrument and a subscription hold, and how many deliveries a second of processor time does.</summary>
internal static class MarketMeasure
{
    private const int Updates = 200_000;

    public static void Run(TextWriter output)
    {
        foreach (var shards in (int[])[1, 4])
        {
            var market = new MarketBed(shards, MarketBed.Instruments, MarketBed.Subscribers);
            var empty = Held();
            market.Fill();
            var filled = Held();
            market.Subscribe();
            var subscribed = Held();
            output.WriteLine(FormattableString.Invariant(
                $"{shards} shard(s): {(filled - empty) / (double)MarketBed.Instruments:0} bytes an instrument with a value of 32, {(subscribed - filled) / (double)(MarketBed.Subscribers * MarketBed.KeysOfEach):0} bytes a subscription"));

            // Once to be compiled, once to be counted.
            for (var round = 0; round < 2; round++)
            {
                var (before, started) = (market.Delivered, Environment.CpuUsage.TotalTime);
                for (var i = 0; i < Updates; i++)
                {
                    market.Publish();
                }

                var seconds = (Environment.CpuUsage.TotalTime - started).TotalSeconds;
                output.WriteLine(FormattableString.Invariant(
                    $"  {Updates / seconds:0} updates and {(market.Delivered - before) / seconds:0} deliveries a CPU second, {seconds * 1e6 / Updates:0.00} us an update"));
            }
        }
    }

    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
