using WsPrism.Client.Time;
using WsPrism.Testing;

namespace WsPrism.Client.Tests.Time;

public sealed class ServerClockTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Before_the_first_pong_it_is_this_machines_clock()
    {
        var clock = new ServerClock(_time);

        Assert.Null(clock.Estimate);
        Assert.Equal(_time.GetUtcNow(), clock.Now);
        Assert.Equal(default, clock.Latency);
    }

    [Fact]
    public void The_true_offset_lies_within_the_bound_whatever_way_took_how_long()
    {
        var random = new Random(7);
        var clock = new ServerClock(_time);
        const double TrueOffset = 123_456.7;
        for (var i = 0; i < 200; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 3_000)));
            var sent = clock.Monotonic();
            var (there, back) = (random.NextDouble() * 80, random.NextDouble() * 80);
            var server = Math.Floor(sent + there + TrueOffset);
            _time.Advance(TimeSpan.FromMilliseconds(there + back));
            clock.Add(sent, server, clock.Monotonic());

            var wall = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
            var truth = clock.Monotonic() + TrueOffset - wall;
            var estimate = clock.Estimate!.Value;
            Assert.InRange(truth, (estimate.Offset - estimate.Bound).TotalMilliseconds - 0.01, (estimate.Offset + estimate.Bound).TotalMilliseconds + 0.01);
            Assert.Equal(wall + estimate.Offset.TotalMilliseconds, (clock.Now - DateTimeOffset.UnixEpoch).TotalMilliseconds, 1);
        }

        Assert.InRange(clock.Estimate!.Value.Bound.TotalMilliseconds, 0, 80);
    }

    [Fact]
    public void When_somebody_sets_a_clock_only_the_newest_counts()
    {
        var clock = new ServerClock(_time);
        clock.Add(0, 1_000, 10);
        _time.Advance(1_000);
        clock.Add(1_000, 900_000, 1_010);

        Assert.InRange(clock.Estimate!.Value.Bound.TotalMilliseconds, 0, 6);
        Assert.Equal(10, clock.Latency.Last.TotalMilliseconds, 3);
    }
}
