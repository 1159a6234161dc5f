using System.Globalization;
using WsPrism.Core.Sessions;
using WsPrism.Core.Transport;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Drain;

public abstract class DrainTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : DrainTests(Wire.WebSocket);

    public sealed class OverTcp() : DrainTests(Wire.Tcp);

    [Fact]
    public async Task A_drain_tells_everybody_closes_with_1001_and_lets_nobody_in()
    {
        await using var gateway = await StartAsync(new TestConfig().Tenant("limits.max_sessions_total", "2"));
        using var polite = await gateway.ConnectAsync("t-alice");
        using var lingering = await gateway.ConnectAsync("t-bob");
        using var bystander = gateway.TakeBystander();

        var drain = gateway.Host.DrainAsync();

        foreach (var client in new[] { polite, bystander })
        {
            Assert.Equal(0, (await client.ExpectAsync("sys", "draining")).GetProperty("data").GetProperty("grace_ms").GetInt32());
            await client.ExpectCloseAsync(1001);
        }

        // One keeps it waiting by not answering the close; meanwhile newcomers are refused, whatever else is wrong with them.
        await lingering.ExpectAsync("sys", "draining");
        Assert.Equal(1001, (await lingering.ReadAsync()).CloseCode);
        foreach (var target in new[] { "/v1/ws?tenant=acme&ticket=t-alice", "/v1/ws?tenant=nobody&ticket=x", "/v1/ws" })
        {
            var refused = await gateway.AskAsync(RawClient.Get(target, WsClient.UpgradeHeaders));
            Assert.Equal((503, "DRAINING"), (refused.Status, refused.Code));
            Assert.True(int.Parse(refused.Header("retry-after")!, CultureInfo.InvariantCulture) >= 1);
        }

        var ready = await gateway.AskAdminAsync("/readyz");
        Assert.Equal((503, "draining\n"), (ready.Status, ready.Body));
        Assert.Equal(200, (await gateway.AskAdminAsync("/healthz")).Status);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_draining"));
        Assert.Equal(2, (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "drained")));
        Assert.False(drain.IsCompleted);
        await lingering.SendAsync(ClientFrame.CloseWith(1001));
        await drain.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Who_leaves_by_itself_does_not_keep_the_drain_waiting()
    {
        // Ten minutes of grace: only those who leave can end it.
        await using var gateway = await StartAsync(new TestConfig().Gateway("drain_grace_ms", "600000"), bystander: false);
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");

        var drain = gateway.Host.DrainAsync();
        foreach (var client in new[] { alice, bob })
        {
            Assert.Equal(600_000, (await client.ExpectAsync("sys", "draining")).GetProperty("data").GetProperty("grace_ms").GetInt32());
            await client.SendTextAsync("""{"svc":"sys","type":"stats","id":1}""");
            await client.ExpectAsync("sys", "ack");
            await client.SendAsync(ClientFrame.CloseWith(1000));
            await client.ExpectCloseAsync(1000, answer: false);
        }

        await drain.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_session_that_slips_in_during_a_drain_is_sent_away_too()
    {
        await using var gateway = await StartAsync(bystander: false);
        using var lingering = await gateway.ConnectAsync("t-alice");
        var drain = gateway.Host.DrainAsync();
        await lingering.ExpectAsync("sys", "draining");
        Assert.Equal(1001, (await lingering.ReadAsync()).CloseCode);

        // Its handshake was checked before the drain began, its upgrade was done after.
        var tenant = gateway.Host.Node.FindTenant("acme")!;
        Assert.True(tenant.Registry.TryReserveSeat(tenant.Snapshot.Config.Limits));
        var late = gateway.Host.Node.Open(tenant, new Identity("user:late"), session => new ConnectionWithoutWire(session));
        await Patience.UntilAsync(() => late.HasEnded, "the late session ends");
        await lingering.SendAsync(ClientFrame.CloseWith(1001));

        await drain.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task An_empty_gateway_drains_at_once()
    {
        await using var gateway = await StartAsync(new TestConfig().Gateway("drain_grace_ms", "600000"), bystander: false);

        await gateway.Host.DrainAsync().WaitAsync(Patience.Limit);
    }

    // Takes everything and is gone as soon as the session has ended.
    private sealed class ConnectionWithoutWire(Session session) : ITransportConnection
    {
        public string TransportName => "test";

        public string RemoteAddress => "nowhere";

        public bool IsCongested => false;

        public bool Flush()
        {
            var cursor = session.Outbox.StartDrain();
            var count = 0;
            while (session.Outbox.TryPeek(ref cursor, out _))
            {
                count++;
            }

            session.Outbox.Take(count);
            if (session.HasEnded)
            {
                session.Shard.Post(session.OnClosed);
            }

            return true;
        }

        public void Commit()
        {
        }

        public void Retry()
        {
        }

        public void Serve(Session other)
        {
        }

        public void Abort() => session.Shard.Post(session.OnClosed);
    }
}
