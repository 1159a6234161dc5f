using BenchmarkDotNet.Running;
using WsPrism.Bench;

// --check-allocations: exit 0 where every accepted path allocates nothing, 1 where one does. Everything else is BenchmarkDotNet's, but for --quick.
if (args is ["--check-allocations"])
    return AllocationCheck.Run(Console.Out) ? 0 : 1;

// --plugins: what a message costs by kind of plugin, as one table.
if (args is ["--plugins"])
{
    PluginTable.Write(Console.Out);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(BenchConfig).Assembly).Run([.. args.Where(arg => arg != "--quick")], new BenchConfig(args.Contains("--quick")));
return 0;
