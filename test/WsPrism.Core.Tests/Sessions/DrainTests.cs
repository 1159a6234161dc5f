using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions;

public sealed class DrainTests
{
    [Fact]
    public async Task A_drain_tells_everybody_and_closes_one_after_the_other_over_the_grace_time()
    {
        using var gateway = new TestGateway(shards: 2);
        var clients = Enumerable.Range(0, 10).Select(i => gateway.Connect($"user{i}")).ToArray();

        var drain = gateway.Node.DrainAsync(TimeSpan.FromMilliseconds(1_600));
        gateway.RunUntilIdle();
        Assert.True(gateway.Node.IsDraining);
        Assert.All(clients, client => Assert.Equal("""{"grace_ms":1600}""", client.Envelopes.Last().Data.GetRawText()));
        Assert.All(clients, client => Assert.False(client.Session.HasEnded));

        for (var closed = 1; closed <= clients.Length; closed++)
        {
            gateway.Advance(144);
            Assert.Equal(closed - 1, clients.Count(client => client.IsClosed));
            gateway.Advance(16);
            Assert.Equal(closed, clients.Count(client => client.IsClosed));
        }

        await Finish(gateway, drain);
        Assert.All(clients, client => Assert.Equal(CloseCode.GoingAway, client.CloseCode));
        Assert.Equal(10, gateway.Count(counters => counters.Ended(EndReason.Drained)));
    }

    [Fact]
    public async Task A_drain_without_sessions_is_over_at_once()
    {
        using var gateway = new TestGateway();

        await gateway.Node.DrainAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Who_leaves_during_the_grace_time_is_not_drained()
    {
        using var gateway = new TestGateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));

        var drain = gateway.Node.DrainAsync(TimeSpan.FromSeconds(1));
        gateway.RunUntilIdle();
        alice.CloseGracefully();
        bob.CloseGracefully();
        gateway.Advance(1_008);

        await Finish(gateway, drain);
        Assert.Equal(0, gateway.Count(counters => counters.Ended(EndReason.Drained)));
    }

    [Fact]
    public async Task A_session_that_was_let_in_before_and_opens_during_the_grace_time_is_closed_too()
    {
        using var gateway = new TestGateway();
        gateway.Connect("alice");

        var drain = gateway.Node.DrainAsync(TimeSpan.FromSeconds(1));
        var late = gateway.Connect("bob");
        Assert.False(late.Session.HasEnded);
        gateway.Advance(1_008);

        await Finish(gateway, drain);
        Assert.Equal(CloseCode.GoingAway, late.CloseCode);
    }

    [Fact]
    public async Task A_session_that_opens_after_the_drains_last_look_is_closed_too()
    {
        using var gateway = new TestGateway { RunsAtOnce = false };
        var late = gateway.Connect("bob");

        var drain = gateway.Node.DrainAsync(TimeSpan.Zero);
        gateway.RunUntilIdle();

        await Finish(gateway, drain);
        Assert.Equal(CloseCode.GoingAway, late.CloseCode);
    }

    private static async Task Finish(TestGateway gateway, Task drain)
    {
        for (var i = 0; i < 1_000 && !drain.IsCompleted; i++)
        {
            gateway.Advance(10);
        }

        Assert.True(drain.IsCompleted, "the drain does not end");
        await drain;
    }
}
