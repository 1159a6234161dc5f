using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions;

public sealed class EndReasonTests
{
    [Theory]
    [InlineData((int)EndReason.ClientClosed, 1000, "client_closed")]
    [InlineData((int)EndReason.Drained, 1001, "drained")]
    [InlineData((int)EndReason.ProtocolError, 1002, "protocol_error")]
    [InlineData((int)EndReason.TicketExpired, 4401, "ticket_expired")]
    [InlineData((int)EndReason.Violations, 4403, "violations")]
    [InlineData((int)EndReason.Replaced, 4408, "replaced")]
    [InlineData((int)EndReason.TenantRemoved, 4408, "tenant_removed")]
    [InlineData((int)EndReason.TooManySessions, 4409, "too_many_sessions")]
    [InlineData((int)EndReason.QueueOverflow, 4410, "queue_overflow")]
    [InlineData((int)EndReason.WriteTimeout, 4410, "write_timeout")]
    [InlineData((int)EndReason.IdleTimeout, 4411, "idle_timeout")]
    [InlineData((int)EndReason.InternalError, 1011, "internal_error")]
    [InlineData((int)EndReason.Kicked, 4408, "kicked")]
    [InlineData((int)EndReason.ResumeExpired, 1011, "resume_expired")]
    [InlineData((int)EndReason.ResumeOverrun, 1011, "resume_overrun")]
    [InlineData((int)EndReason.TenantFull, 1013, "tenant_full")]
    public void Each_reason_has_its_code_its_log_and_its_metric(int value, int code, string name)
    {
        var reason = (EndReason)value;
        using var gateway = new TestGateway();
        var client = gateway.ConnectTo("lobby", "alice");

        client.Session.Shard.Post(() => client.Session.End(reason));
        gateway.RunUntilIdle();
        client.Session.Shard.Post(() => client.Session.End(EndReason.ConnectionLost));
        gateway.RunUntilIdle();

        Assert.Equal((ushort)code, client.CloseCode);
        Assert.Equal(name, client.Received[^1].CloseReason);
        AssertEndedOnceFor(gateway, reason, name);
        Assert.Contains(gateway.Log.Entries, entry => entry.Message.Contains($"reason={name} code={code}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_connection_gets_no_close_frame()
    {
        using var gateway = new TestGateway();
        var client = gateway.ConnectTo("lobby", "alice").Vanish();

        Assert.Null(client.CloseCode);
        AssertEndedOnceFor(gateway, EndReason.ConnectionLost, "connection_lost");
    }

    [Fact]
    public void Closing_twice_is_closing_once()
    {
        using var gateway = new TestGateway();
        var client = gateway.ConnectTo("lobby", "alice").Vanish();

        client.Session.Shard.Post(client.Session.OnClosed);
        gateway.RunUntilIdle();

        AssertEndedOnceFor(gateway, EndReason.ConnectionLost, "connection_lost");
    }

    [Theory]
    [InlineData((int)EndReason.Drained, true)]
    [InlineData((int)EndReason.Replaced, true)]
    [InlineData((int)EndReason.TicketExpired, true)]
    [InlineData((int)EndReason.Violations, false)]
    [InlineData((int)EndReason.IdleTimeout, false)]
    public void What_waited_is_sent_before_the_close_where_the_reason_allows(int reason, bool isSent)
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Stall();
        alice.Send("chat", "send", """{"msg":"x"}""");

        bob.Session.Shard.Post(() => bob.Session.End((EndReason)reason));
        bob.Grant();

        Assert.Equal(isSent, bob.Envelopes.Any(envelope => envelope.Name == "chat.msg"));
        Assert.Equal(FrameKind.Close, bob.Received[^1].Kind);
    }

    private static void AssertEndedOnceFor(TestGateway gateway, EndReason reason, string name)
    {
        Assert.Equal(name, reason.Name());
        foreach (var other in Enum.GetValues<EndReason>())
        {
            Assert.Equal(other == reason ? 1 : 0, gateway.Count(counters => counters.Ended(other)));
        }

        Assert.Equal(0, gateway.Count(counters => counters.Sessions));
        Assert.Equal(0, gateway.Tenant.Registry.SessionCount);
        Assert.Equal(0, gateway.Tenant.Registry.UserCount);
        Assert.Equal(0, gateway.Tenant.Registry.RoomCount);
        Assert.Equal(0, gateway.Node.Shards[0].SessionCount);
        Assert.Equal(0, gateway.Node.Shards[0].Wheel.Count);
    }
}
