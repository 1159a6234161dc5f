using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WsPrism.Fuzz;

/// <summary>One target, one seed, one stretch of time.</summary>
internal static class FuzzRun
{
    private const int RunsBetweenClockReads = 16;

    /// <summary>Runs until the time is over or something is found. True: nothing was found.</summary>
    public static bool Run(IFuzzTarget target, FuzzOptions options)
    {
        Console.WriteLine($"{target.Name}: seed {options.Seed}, {options.Duration.TotalSeconds:0.#} s");
        foreach (var seed in target.Seeds)
        {
            if (!TryOne(target, seed, run: 0, options.Seed))
                return false;
        }

        var mutator = new Mutator(options.Seed, target.Seeds, target.Dictionary);
        var input = new List<byte>();
        var clock = Stopwatch.StartNew();
        var runs = 0L;
        while (runs % RunsBetweenClockReads != 0 || clock.Elapsed < options.Duration)
        {
            mutator.Next(input);
            if (!TryOne(target, CollectionsMarshal.AsSpan(input), ++runs, options.Seed))
                return false;
        }

        Console.WriteLine($"{target.Name}: {runs} runs, {runs / clock.Elapsed.TotalSeconds:0} runs/s, nothing found");
        return true;
    }

    /// <summary>Runs one input and writes it down if it is a finding.</summary>
    public static bool TryOne(IFuzzTarget target, ReadOnlySpan<byte> input, long run, int seed)
    {
        try
        {
            target.Run(input);
            return true;
        }
        catch (Exception finding)
        {
            Console.Error.WriteLine($"{target.Name}: FOUND at run {run} of seed {seed}: {finding}");
            Console.Error.WriteLine($"{target.Name}: --input {Convert.ToHexStringLower(input)}");
            return false;
        }
    }
}
