using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using WsPrism.Bench.Benchmarks;
using WsPrism.Wasm;

namespace WsPrism.Bench;

/// <summary>
/// What a message costs on its way through the line to a plugin and back, by kind, for those that stay on the shard's thread. The least of many short rounds
/// counts, so that a machine that does other things too can measure it. Those that leave the shard are in WsPrism.BackendBench.
/// </summary>
internal static class PluginTable
{
    private const int Calls = 500;
    private const int Rounds = 400;
    private const long Fuel = 50_000;
    private const int FuelCalls = 5;
    private const int FuelRounds = 40;

    public static void Write(TextWriter output)
    {
        output.WriteLine("| one message, one core | µs | thousand a CPU second | bytes allocated |");
        output.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var (name, call) in Kinds())
        {
            var (ns, bytes) = Measure(call);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {ns / 1_000:0.00} | {1_000_000 / ns:0} | {bytes} |"));
        }

        output.WriteLine();
        output.WriteLine($"| what {Fuel:#,0} fuel buys | µs |");
        output.WriteLine("| --- | ---: |");
        foreach (var (name, instance, call) in Burners())
        {
            instance.Fuel = long.MaxValue;
            call();
            var fuel = long.MaxValue - instance.Fuel;
            var (ns, _) = Measure(call, FuelCalls, FuelRounds);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {ns / fuel * Fuel / 1_000:0.0} |"));
        }
    }

    private static IEnumerable<(string Name, Action Call)> Kinds()
    {
        var wasm = new WasmPluginBenchmarks();
        var native = new NativePluginBenchmarks();
        yield return ("built in: chat.send to a room of two", () => wasm.Chat_without_a_filter());
        yield return ("the same through a filter that lets pass (smallest)", () => wasm.Chat_through_the_smallest_filter());
        yield return ("the same through a filter that reads it (mask)", () => wasm.Chat_through_mask_which_finds_nothing());
        yield return ("native: a reply", () => native.ExtPlugin());
        yield return ("wasm: accepts (smallest)", () => wasm.The_smallest_service_accepts());
        yield return ("wasm: a reply and a state (guess)", () => wasm.Guess_replies_and_keeps_state());
        var script = new ScriptBenchmarks();
        script.Setup();
        yield return ("script, the call alone: nothing", () => script.Nothing());
        yield return ("script, the call alone: a reply and the room's state", () => script.Count());
    }

    // What a call may use on a shard's thread: how long that keeps the others waiting.
    private static IEnumerable<(string Name, WasmInstance Instance, Action Call)> Burners()
    {
        var kernels = new Kernels.Kernels().Instance;
        var (hash, json, fib) = (kernels.GetFunction<Func<int, int>>("hash"), kernels.GetFunction<Func<int, int>>("json"), kernels.GetFunction<Func<int, int>>("fib"));
        var multiply = kernels.GetFunction<Func<int, double>>("multiply");
        yield return ("computing: hash", kernels, () => hash(Kernels.Kernels.Bytes));
        yield return ("computing: JSON scan", kernels, () => json(Kernels.Kernels.Bytes));
        yield return ("computing: matrix", kernels, () => multiply(Kernels.Kernels.Size));
        yield return ("nothing but calls: fib(20)", kernels, () => fib(20));
        var worst = new WasmInstance(WasmModule.Parse(Kernels.Kernels.Read("fuel.wasm")));
        var (fill, roots, chase) = (worst.GetFunction<Action<int>>("fill"), worst.GetFunction<Func<int, double>>("roots"), worst.GetFunction<Func<int, int>>("chase"));
        yield return ("filling memory", worst, () => fill(1_000_000));
        yield return ("at worst: square roots, each of the one before", worst, () => roots(1_000));
        Scatter(MemoryMarshal.Cast<byte, int>(worst.FindMemory("memory")!.Span));
        yield return ("at worst: loads from 16 MiB, each where the one before says", worst, () => chase(1_000));
    }

    // Each place names the next; one round goes through all.
    private static void Scatter(Span<int> places)
    {
        var order = Enumerable.Range(0, places.Length).ToArray();
        new Random(1).Shuffle(order);
        for (var i = 0; i < order.Length; i++)
            places[order[i]] = order[(i + 1) % order.Length] * sizeof(int);
    }

    private static (double Ns, long Bytes) Measure(Action call, int calls = Calls, int rounds = Rounds)
    {
        var (best, bytes) = (double.MaxValue, long.MaxValue);
        for (var round = 0; round < rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++)
                call();

            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / calls);
            bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - before) / calls);
        }

        return (best, bytes);
    }
}
