using WsPrism.Bench.Bed;

namespace WsPrism.Bench;

/// <summary>
/// What keeping the latest states costs whoever publishes, in processor time: the same lossy frame in a room with <c>hot.snapshot</c> and in one without. The best of
/// several interleaved rounds, for machines that are busy.
/// </summary>
internal static class SnapshotMeasure
{
    private const int Rounds = 9;

    public static void Run(TextWriter output)
    {
        foreach (var members in (int[])[2, 100])
        {
            string[] rooms = ["match:1", "events:1"];
            var passes = rooms.Select(room => Publisher(members, room)).ToArray();
            var best = rooms.Select(_ => double.MaxValue).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < rooms.Length; i++)
                {
                    best[i] = Math.Min(best[i], Measure(passes[i], 1_000_000 / members));
                }
            }

            output.WriteLine(FormattableString.Invariant($"{members} members: {best[0]:0} ns a frame with snapshot, {best[1]:0} without"));
        }
    }

    private static Action Publisher(int members, string room)
    {
        var node = new BenchNode();
        var sender = node.ConnectToRoom(members, room)[0];
        var frame = new byte[] { 1, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8 };
        return () =>
        {
            sender.OnBinary(frame);
            node.Shard.RunPass();
        };
    }

    private static double Measure(Action pass, int count)
    {
        var started = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < count; i++)
        {
            pass();
        }

        return (Environment.CpuUsage.TotalTime - started).TotalNanoseconds / count;
    }
}
