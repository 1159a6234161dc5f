using WsPrism.Core.Time;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Time;

public sealed class TimingWheelTests
{
    private const int Tick = TimingWheel.TickMs;

    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(32_768, 32_768)]
    [InlineData(32_769, 32_784)]
    [InlineData(1_000_000, 1_000_000)]
    public void A_node_fires_at_its_time_rounded_up_to_a_tick_and_not_before(long due, long fires)
    {
        var (wheel, node) = (new TimingWheel(), new Node());
        wheel.Arm(node, due);

        for (var now = 0L; now < fires; now += 5)
        {
            wheel.Advance(now);
            Assert.Empty(node.Fired);
        }

        wheel.Advance(fires);
        Assert.Equal([fires], node.Fired);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void Moving_an_armed_node_forgets_its_former_time()
    {
        var (wheel, node) = (new TimingWheel(), new Node());
        wheel.Arm(node, 100);
        wheel.Arm(node, 50_000);

        wheel.Advance(40_000);
        Assert.Empty(node.Fired);
        Assert.Equal(1, wheel.Count);
        wheel.Advance(50_000);
        Assert.Single(node.Fired);
    }

    [Fact]
    public void Disarming_twice_is_disarming_once()
    {
        var (wheel, node) = (new TimingWheel(), new Node());
        wheel.Arm(node, 100);

        wheel.Disarm(node);
        wheel.Disarm(node);
        wheel.Advance(1_000);

        Assert.Empty(node.Fired);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void A_node_that_arms_itself_for_a_time_gone_by_fires_at_the_next_tick_and_the_wheel_goes_on()
    {
        var wheel = new TimingWheel();
        var node = new Node();
        node.Then = now => wheel.Arm(node, now - 100);
        wheel.Arm(node, 16);

        wheel.Advance(Tick * 10);

        Assert.InRange(node.Fired.Count, 1, 10);
        Assert.Equal(1, wheel.Count);
    }

    [Fact]
    public void A_node_may_disarm_its_neighbour_of_the_same_slot()
    {
        var wheel = new TimingWheel();
        var (first, second) = (new Node(), new Node());
        first.Then = _ => wheel.Disarm(second);
        second.Then = _ => wheel.Disarm(first);
        wheel.Arm(first, 16);
        wheel.Arm(second, 16);

        wheel.Advance(16);

        Assert.Equal(1, first.Fired.Count + second.Fired.Count);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void The_wheel_does_what_a_plain_list_does() => Seeds.Check(150, random =>
    {
        var (wheel, now, expected) = (new TimingWheel(), 0L, new Dictionary<Node, long>());
        var nodes = Enumerable.Range(0, 40).Select(_ => new Node()).ToArray();
        long Due() => now + (random.Next(5) == 0 ? random.NextInt64(200_000) : random.Next(-50, 400));
        void Arm(Node node, long due)
        {
            wheel.Arm(node, due);
            expected[node] = due;
        }

        foreach (var node in nodes)
        {
            node.Then = at =>
            {
                Assert.Equal(now, at);
                Assert.True(expected.Remove(node, out var due), "a node fired that was not armed");
                Assert.True(due <= now, $"due at {due}, fired at {now}");
                if (random.Next(3) == 0)
                {
                    Arm(node, now + random.Next(1, 100));
                }

                if (random.Next(4) == 0)
                {
                    var other = nodes[random.Next(nodes.Length)];
                    wheel.Disarm(other);
                    expected.Remove(other);
                }

                if (random.Next(4) == 0)
                {
                    Arm(nodes[random.Next(nodes.Length)], Due());
                }
            };
        }

        for (var i = 0; i < 400; i++)
        {
            var node = nodes[random.Next(nodes.Length)];
            switch (random.Next(4))
            {
                case 0:
                    wheel.Disarm(node);
                    expected.Remove(node);
                    break;
                case 1:
                    now += random.Next(20) == 0 ? random.NextInt64(500_000) : random.Next(60);
                    wheel.Advance(now);

                    // One tick of grace: what is armed for a time gone by fires at the next.
                    Assert.DoesNotContain(expected.Values, due => (due + (2 * Tick)) < now && !IsRearmed(due));
                    break;
                default:
                    Arm(node, Due());
                    break;
            }

            Assert.Equal(expected.Count, wheel.Count);
        }

        // All that is left fires in the end, each once.
        foreach (var node in nodes)
        {
            node.Then = _ => Assert.True(expected.Remove(node));
        }

        now += 1_000_000;
        wheel.Advance(now);
        wheel.Advance(now + Tick);
        Assert.Empty(expected);
        Assert.Equal(0, wheel.Count);

        // A node may be armed for the past only by Due, up to 50 ms back.
        bool IsRearmed(long due) => due + 50 + (2 * Tick) >= now;
    });

    private sealed class Node : TimerNode
    {
        public List<long> Fired { get; } = [];

        public Action<long>? Then { get; set; }

        protected internal override void OnDue(long nowMs)
        {
            Fired.Add(nowMs);
            Then?.Invoke(nowMs);
        }
    }
}
