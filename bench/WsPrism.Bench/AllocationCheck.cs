using WsPrism.Bench.Benchmarks;

namespace WsPrism.Bench;

/// <summary>
/// Accepted messages allocate nothing once caches are warm: the promise that the benchmarks' figures are read under, as a check that a machine can run.
/// </summary>
internal static class AllocationCheck
{
    private const int Calls = 2_000;
    private const int Rounds = 10;

    /// <summary>Runs every accepted path; true where none allocates.</summary>
    public static bool Run(TextWriter output)
    {
        var failed = 0;
        foreach (var (name, call) in Paths())
        {
            var bytes = BytesOf(call);
            failed += bytes == 0 ? 0 : 1;
            output.WriteLine(bytes == 0 ? $"ok    {name}" : $"FAIL  {name}: {bytes / (double)Calls:0.##} bytes a call, 0 expected");
        }

        output.WriteLine(failed == 0
            ? "No accepted path allocates."
            : $"{failed} path(s) allocate. Find where with: dotnet run -c Release --project bench/WsPrism.Bench -- --quick --filter '*'");
        return failed == 0;
    }

    // The first rounds fill pools and run code that is not optimised yet, so the least of the rounds counts: what a call really needs, it needs in each.
    private static long BytesOf(Action call)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Calls; i++)
                call();

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static IEnumerable<(string Name, Action Call)> Paths()
    {
        var envelope = new EnvelopeBenchmarks();
        yield return ("read a chat envelope", () => envelope.ReadChat());
        yield return ("read an envelope with escapes", () => envelope.ReadEscaped());
        yield return ("read an envelope with 4 KiB of data", () => envelope.Read4KiBOfData());
        yield return ("write an envelope", () => envelope.Write());

        var hot = new HotFrameBenchmarks();
        yield return ("read a Hot frame", () => hot.Read());
        yield return ("write a Hot frame", () => hot.Write());

        var websocket = new WebSocketBenchmarks();
        yield return ("parse a small text message", () => websocket.ParseSmallText());
        yield return ("parse a text message in two reads", () => websocket.ParseSmallTextInTwoReads());
        yield return ("parse a text message in fragments", () => websocket.ParseFragmentedText());
        yield return ("parse 64 KiB of binary", () => websocket.Parse64KiBBinary());

        var policy = new PolicyBenchmarks();
        yield return ("admit an envelope", () => policy.AdmitExt());
        yield return ("admit a Hot frame", () => policy.AdmitHot());
        yield return ("take from both rate buckets", () => policy.TakeFromBothBuckets());

        var outbox = new OutboxBenchmarks();
        yield return ("outbox: control", outbox.Control);
        yield return ("outbox: hot reliable", outbox.HotReliable);
        yield return ("outbox: hot lossy", outbox.HotLossy);
        yield return ("outbox: hot lossy, conflated", outbox.HotLossyConflated);
        yield return ("outbox: ext", outbox.Ext);

        var line = new LineBenchmarks();
        yield return ("the line: an empty pass", line.EmptyPass);
        yield return ("the line: Hot echo", () => line.HotEcho());
        yield return ("the line: Hot game", () => line.HotGame());
        yield return ("the line: Hot game, reliable", () => line.HotGameReliable());
        yield return ("the line: chat.send", () => line.Chat());
        yield return ("the line: game.input", () => line.GameInput());
        yield return ("the line: sys.ping", () => line.SysPing());

        var plugins = new WasmPluginBenchmarks();
        yield return ("a filter lets pass: the smallest", () => plugins.Chat_through_the_smallest_filter());
        yield return ("a filter lets pass: mask", () => plugins.Chat_through_mask_which_finds_nothing());
        yield return ("a module accepts", () => plugins.The_smallest_service_accepts());

        var native = new NativePluginBenchmarks();
        yield return ("a native plugin: Hot relay", () => native.HotPlugin());
        yield return ("a native plugin: an answer", () => native.ExtPlugin());

        foreach (var (members, resumes) in ((int, bool)[])[(10, false), (1_000, false), (10, true), (1_000, true)])
        {
            var broadcast = new BroadcastBenchmarks { Members = members, Resumes = resumes };
            var name = $"broadcast to {members}{(resumes ? ", resumable" : string.Empty)}";
            broadcast.Setup();
            yield return ($"{name}: Hot lossy", () => broadcast.HotLossy());
            yield return ($"{name}: Hot reliable", () => broadcast.HotReliable());
            yield return ($"{name}: chat", () => broadcast.Chat());
        }

        var link = new LinkBenchmarks();
        yield return ("the link: publish a Hot frame to a room", link.HotFrame);
        yield return ("the link: publish an envelope to a room", link.Envelope);
        yield return ("the link: publish an envelope to a user", link.EnvelopeToUser);
        yield return ("the link: publish as text", link.Text);

        var history = new HistoryBenchmarks();
        history.Setup();
        yield return ("a room with history: publish to 100", () => history.Append());
        history.CleanUp();

        var ruled = new RuledRoomBenchmarks();
        ruled.Setup();
        yield return ("a room with ticks: publish, and a batch now and then", ruled.Tick);
        yield return ("a room with ticks above max_hz: merges", ruled.Merge);
        yield return ("a room with max_hz", ruled.Pace);

        foreach (var shards in (int[])[1, 4])
        {
            var market = new MarketBenchmarks { Shards = shards };
            market.Setup();
            yield return ($"the market over {shards} shard(s): an update to ten subscribers", market.FanOut);
        }
    }
}
