using WsPrism.Core.Policies;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Policies;

public sealed class ViolationWindowTests
{
    [Fact]
    public void One_below_the_maximum_is_let_pass_and_the_maximum_is_not()
    {
        var window = new ViolationWindow();

        Assert.False(window.Record(3, 1_000, 0));
        Assert.False(window.Record(3, 1_000, 500));
        Assert.True(window.Record(3, 1_000, 999));
    }

    [Fact]
    public void A_maximum_of_one_closes_at_the_first() => Assert.True(new ViolationWindow().Record(1, 1_000, 0));

    [Fact]
    public void Zero_is_off() => Assert.False(new ViolationWindow().Record(0, 1_000, 0));

    [Fact]
    public void The_window_slides() => Seeds.Check(100, random =>
    {
        var (window, times, now) = (new ViolationWindow(), new List<long>(), 0L);
        var (max, length) = (random.Next(1, 8), random.Next(1, 100));
        for (var i = 0; i < 300; i++)
        {
            now += random.Next(40);
            times.Add(now);
            Assert.Equal(times.Count(time => now - time < length) >= max, window.Record(max, length, now));
        }
    });
}
