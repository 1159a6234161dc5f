namespace WsPrism.Protocol.Tests;

internal static class Allocations
{
    /// <summary>
    /// The bytes that 1,000 calls allocate on this thread. Tiered compilation may allocate on a first run, so the best of a few counts.
    /// </summary>
    public static long Of(Action action)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
                action();

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
