using WsPrism.Client;
using WsPrism.Protocol.Hot;

namespace WsPrism.ClientBench;

/// <summary>A Hot frame allocates nothing, sent or received, in this whole process: the client, its waits, the platform's socket and the thread pool.</summary>
internal static class AllocationCheck
{
    private const int Frames = 10_000;
    private const int Rounds = 20;

    /// <summary>Runs each way of sending and receiving; true where none allocates.</summary>
    public static async Task<bool> RunAsync(string url, TextWriter output)
    {
        var isFine = true;
        foreach (var (name, atOnce) in ((string, int)[])[("one at a time", 1), ("ten at a time", 10), ("a thousand at a time", 1_000)])
        {
            var bytes = await BytesOfAsync(url, atOnce);
            isFine &= bytes == 0;
            await output.WriteLineAsync(bytes == 0 ? $"ok    send and receive Hot frames, {name}" : $"FAIL  send and receive Hot frames, {name}: {bytes / (double)Frames:0.###} bytes a frame, 0 expected");
        }

        return isFine;
    }

    // Buffers grow and code is compiled in the first rounds, and the runtime may do a thing of its own in any: what a frame really needs, it needs in each.
    private static async Task<long> BytesOfAsync(string url, int atOnce)
    {
        await using var client = new WsPrismClient(new ClientOptions(url + "/v1/ws?count=0&echo=1", "demo", "alice") { PingInterval = TimeSpan.Zero });
        var received = 0;
        client.Hot.On(1, (in HotFrame _) => Volatile.Write(ref received, received + 1));
        await client.ConnectAsync();
        var (least, payload, sent) = (long.MaxValue, new byte[Work.PayloadBytes], 0);
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < Frames; i++)
            {
                while (client.Hot.TrySend(1, 1, payload, (uint)i % 100) == SendResult.Full)
                    Thread.Yield();

                // Nothing that allocates: the wait is not what is measured.
                if (++sent % atOnce == 0)
                {
                    while (Volatile.Read(ref received) < sent)
                        Thread.Yield();
                }
            }

            var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
            least = Math.Min(least, bytes);
        }

        return least;
    }
}
