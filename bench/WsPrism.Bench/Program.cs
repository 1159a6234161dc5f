using BenchmarkDotNet.Running;
using WsPrism.Bench;

// --check-allocations: exit 0 where every accepted path allocates nothing, 1 where one does. --market: what an instrument and a subscription
// hold, and deliveries a second. Everything else is BenchmarkDotNet's, but for --quick.
if (args is ["--check-allocations"])
    return AllocationCheck.Run(Console.Out) ? 0 : 1;

if (args is ["--market"])
{
    MarketMeasure.Run(Console.Out);
    return 0;
}

// --presence: what members that come and go cost.
if (args is ["--presence"])
{
    PresenceMeasure.Run(Console.Out);
    return 0;
}

// --snapshot: what keeping the latest states of a room costs who publishes.
if (args is ["--snapshot"])
{
    SnapshotMeasure.Run(Console.Out);
    return 0;
}

// --plugins: what a message costs by kind of plugin, as one table.
if (args is ["--plugins"])
{
    PluginTable.Write(Console.Out);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(BenchConfig).Assembly).Run([.. args.Where(arg => arg != "--quick")], new BenchConfig(args.Contains("--quick")));
return 0;
