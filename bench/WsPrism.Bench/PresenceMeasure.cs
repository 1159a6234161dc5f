using System.Diagnostics;
using WsPrism.Bench.Bed;

namespace WsPrism.Bench;

/// <summary>
/// What churn costs in a room with presence, in processor time: members leave and join again, one after the other, as fast as it goes, while
/// the others are told on the real clock. BenchmarkDotNet's row of the same says what one costs by the wall clock.
/// </summary>
internal static class PresenceMeasure
{
    private static readonly byte[] Leave = """{"svc":"room","type":"leave"}"""u8.ToArray();

    public static void Run(TextWriter output)
    {
        foreach (var members in (int[])[1_000, 10_000])
        {
            foreach (var room in (string[])["match:1", "present:1"])
            {
                Measure(output, members, room);
            }
        }
    }

    private static void Measure(TextWriter output, int members, string room)
    {
        const int Changes = 20_000;
        var node = new BenchNode();
        var sessions = node.ConnectToRoom(members, room);
        var join = System.Text.Encoding.UTF8.GetBytes($$"""{"svc":"room","type":"join","room":"{{room}}"}""");

        // Once to be compiled, once to be counted.
        for (var round = 0; round < 2; round++)
        {
            var (started, begun) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            for (var i = 0; i < Changes; i++)
            {
                var session = sessions[i % members];
                session.OnText(Leave);
                node.Shard.RunPass();
                session.OnText(join);
                node.Shard.RunPass();
            }

            var (seconds, elapsed) = ((Environment.CpuUsage.TotalTime - started).TotalSeconds, Stopwatch.GetElapsedTime(begun).TotalSeconds);
            if (round == 1)
            {
                output.WriteLine(FormattableString.Invariant(
                    $"{members} members, {(room == "match:1" ? "without" : "with")} presence: {Changes / seconds:0} leaves and joins a CPU second, {seconds * 1e6 / Changes:0.00} us each ({elapsed:0.00} s by the clock)"));
            }
        }
    }
}
