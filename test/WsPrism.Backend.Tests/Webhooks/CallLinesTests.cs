using WsPrism.Backend.Tests.Support;
using WsPrism.Core.Dispatch;

namespace WsPrism.Backend.Tests.Webhooks;

public sealed class CallLinesTests
{
    [Fact]
    public async Task As_many_as_may_run_at_once_and_one_more_waits()
    {
        var lines = new CallLines(maxRunning: 2, maxWaiting: 10);
        var calls = Enumerable.Range(0, 3).Select(_ => new Call()).ToArray();
        foreach (var (call, key) in calls.Select((call, key) => (call, key)))
        {
            Assert.True(lines.TryAdd(key, call));
        }

        await calls[0].Started.WaitAsync(Patience.Long);
        await calls[1].Started.WaitAsync(Patience.Long);
        Assert.Equal((2, 1, false), (lines.Running, lines.Waiting, calls[2].Started.IsCompleted));

        calls[0].End();
        await calls[2].Started.WaitAsync(Patience.Long);
        Assert.Equal((2, 0), (lines.Running, lines.Waiting));
        calls[1].End();
        calls[2].End();
        await Patience.UntilAsync(() => lines.Running == 0);
    }

    [Fact]
    public async Task One_more_than_may_wait_is_turned_away()
    {
        var lines = new CallLines(maxRunning: 1, maxWaiting: 2);
        var running = new Call();
        Assert.True(lines.TryAdd("a", running));
        var waiting = new[] { new Call(), new Call() };

        Assert.True(lines.TryAdd("a", waiting[0]));
        Assert.True(lines.TryAdd("b", waiting[1]));
        Assert.False(lines.TryAdd("a", new Call()));
        Assert.False(lines.TryAdd("c", new Call()));

        running.End();
        await waiting[1].Started.WaitAsync(Patience.Long).WaitAsync(Patience.Long);
    }

    [Fact]
    public async Task What_waits_may_hold_so_many_bytes()
    {
        var lines = new CallLines(maxRunning: 1, maxWaiting: 10);
        var running = new Call();
        Assert.True(lines.TryAdd("a", running));

        Assert.True(lines.TryAdd("a", new Call { Bytes = (int)CallLines.MaxWaitingBytes }));
        Assert.False(lines.TryAdd("a", new Call { Bytes = 1 }));
        Assert.True(lines.TryAdd("a", new Call()));
        running.End();
        await Patience.UntilAsync(() => lines.Waiting == 1);
        Assert.True(lines.TryAdd("a", new Call { Bytes = 1 }));
    }

    [Fact]
    public async Task Calls_of_one_line_run_in_their_order_one_at_a_time_and_lines_beside_each_other()
    {
        var lines = new CallLines(maxRunning: 4, maxWaiting: 10_000);
        var (ran, atOnce, worst) = (new List<int>[8], new int[8], 0);
        for (var line = 0; line < ran.Length; line++)
        {
            ran[line] = [];
        }

        for (var i = 0; i < 1_600; i++)
        {
            var (line, number) = (i % 8, i);
            Assert.True(lines.TryAdd(line, new Work(async () =>
            {
                worst = Math.Max(worst, Interlocked.Increment(ref atOnce[line]));
                await Task.Yield();
                ran[line].Add(number);
                Interlocked.Decrement(ref atOnce[line]);
            })));
        }

        await Patience.UntilAsync(() => lines.Running == 0);
        Assert.Equal(1, worst);
        Assert.All(Enumerable.Range(0, 8), line => Assert.Equal(Enumerable.Range(0, 200).Select(i => (i * 8) + line), ran[line]));
    }

    private sealed class Call : ILineCall
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task;

        public int Bytes { get; init; }

        public void End() => _end.SetResult();

        public Task RunAsync()
        {
            _started.SetResult();
            return _end.Task;
        }
    }

    private sealed class Work(Func<Task> run) : ILineCall
    {
        public int Bytes => 10;

        public Task RunAsync() => run();
    }
}
