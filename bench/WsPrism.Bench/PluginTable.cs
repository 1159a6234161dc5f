using System.Diagnostics;
using System.Globalization;
using WsPrism.Bench.Benchmarks;

namespace WsPrism.Bench;

/// <summary>
/// What a message costs on its way through the line to a plugin and back, by kind, for those that stay on the shard's thread. The least of many short rounds
/// counts, so that a machine that does other things too can measure it. Those that leave the shard are in WsPrism.BackendBench.
/// </summary>
internal static class PluginTable
{
    private const int Calls = 500;
    private const int Rounds = 400;

    public static void Write(TextWriter output)
    {
        output.WriteLine("| one message, one core | µs | thousand a CPU second | bytes allocated |");
        output.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var (name, call) in Kinds())
        {
            var (ns, bytes) = Measure(call);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {ns / 1_000:0.00} | {1_000_000 / ns:0} | {bytes} |"));
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
    }

    private static (double Ns, long Bytes) Measure(Action call)
    {
        var (best, bytes) = (double.MaxValue, long.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Calls; i++)
                call();

            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / Calls);
            bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - before) / Calls);
        }

        return (best, bytes);
    }
}
