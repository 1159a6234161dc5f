using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.ServerApi;

public sealed class SessionControlTests
{
    [Fact]
    public async Task A_kicked_client_is_told_why_once_and_closed()
    {
        using var gateway = new TestGateway(shards: 2);
        var (one, two) = (gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("lobby", "alice"));
        Session[] sessions = [one.Session, two.Session];

        Assert.Equal(2, await RunAsync(gateway, SessionControl.KickAsync(sessions, "bad \"day\"")));
        Assert.Equal(0, await RunAsync(gateway, SessionControl.KickAsync(sessions, "again")));

        Assert.Equal("""{"v":1,"svc":"sys","type":"kicked","data":{"reason":"bad \"day\""}}""", one.NextEnvelope().Text);
        Assert.Equal(((ushort)4408, "kicked"), (one.Next() is var close ? close.CloseCode : default, close.CloseReason));
        Assert.Equal(2, gateway.Count(counters => counters.Ended(EndReason.Kicked)));
        Assert.Empty(gateway.Tenant.Registry.Rooms());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public async Task A_client_with_no_room_for_the_reason_is_kicked_all_the_same()
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice").Stall();
        for (var i = 0; i < OutboxLimits.ControlFrames; i++)
        {
            alice.Send("sys", "ping");
        }

        Assert.Equal(1, await RunAsync(gateway, SessionControl.KickAsync([alice.Session], "slow")));

        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.Kicked)));
        Assert.Equal(0, gateway.Count(counters => counters.Ended(EndReason.QueueOverflow)));
    }

    [Fact]
    public async Task A_session_whose_wire_breaks_while_it_is_told_ends_once()
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice").Stall();
        for (var i = 0; i < OutboxLimits.ControlFrames; i++)
        {
            alice.Send("sys", "ping");
        }

        alice.Connection.BreaksWhenAsked = true;
        gateway.Advance(1);
        var seats = gateway.Tenant.Registry.SeatsTaken;
        await RunAsync(gateway, SessionWork.RunAsync([alice.Session], session =>
        {
            session.End(EndReason.TenantRemoved);
            return true;
        }));

        Assert.Equal(seats - 1, gateway.Tenant.Registry.SeatsTaken);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.ConnectionLost)));
        Assert.Equal(0, gateway.Count(counters => counters.Ended(EndReason.TenantRemoved)));
    }

    [Fact]
    public async Task All_of_a_users_sessions_come_into_a_room_and_go_again()
    {
        using var gateway = new TestGateway(shards: 2);
        var (one, two) = (gateway.ConnectTo("lobby", "alice"), gateway.Connect("alice"));
        two.ReadAll();
        byte[] arena = [.. "arena"u8];

        Assert.Equal((2, ErrorCode.None), await RunAsync(gateway, SessionControl.JoinAsync(gateway.Tenant, "alice", arena)));
        Assert.Equal((2, ErrorCode.None), await RunAsync(gateway, SessionControl.JoinAsync(gateway.Tenant, "alice", arena)));

        Assert.Equal("sys.joined arena", one.ReadEnvelopes().Select(envelope => $"{envelope.Name} {envelope.Room}").Single());
        Assert.Equal("sys.joined arena", two.ReadEnvelopes().Select(envelope => $"{envelope.Name} {envelope.Room}").Single());
        Assert.Equal(("lobby", "arena"), (one.Session.ActiveRoom!.Name, two.Session.ActiveRoom!.Name));
        Assert.Equal(2, await RunAsync(gateway, SessionControl.LeaveAsync(gateway.Tenant, "alice", arena)));
        Assert.Equal(0, await RunAsync(gateway, SessionControl.LeaveAsync(gateway.Tenant, "alice", arena)));
        Assert.Equal("sys.left", two.NextEnvelope().Name);
        Assert.Null(gateway.Tenant.Registry.FindRoom("arena"));
    }

    [Fact]
    public async Task A_limit_of_the_tenant_holds_for_the_backend_too()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Limits = new LimitsConfig { MaxRoomsPerUser = 1 } });
        var alice = gateway.ConnectTo("lobby", "alice");

        Assert.Equal((0, ErrorCode.ResourceExhausted), await RunAsync(gateway, SessionControl.JoinAsync(gateway.Tenant, "alice", [.. "arena"u8])));

        Assert.Empty(alice.ReadAll());
        Assert.Equal((0, ErrorCode.None), await RunAsync(gateway, SessionControl.JoinAsync(gateway.Tenant, "nobody", [.. "arena"u8])));
    }

    [Fact]
    public async Task A_session_is_described_with_its_rooms_and_its_ledger_until_it_has_ended()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice").Join("arena", active: false);

        var details = await RunAsync(gateway, TenantReads.SessionAsync(alice.Session));

        Assert.Equal([("lobby", 1u, true), ("arena", 2u, false)], details!.Rooms);
        Frames.AssertBalanced(details.Ledger);
        alice.Vanish();
        Assert.Null(await RunAsync(gateway, TenantReads.SessionAsync(alice.Session)));
    }

    [Fact]
    public async Task The_tenants_ledger_is_the_sum_over_its_shards()
    {
        using var gateway = new TestGateway(shards: 3);
        foreach (var user in new[] { "a", "b", "c", "d" })
        {
            gateway.ConnectTo("lobby", user).Send("chat", "send", """{"msg":"x"}""");
        }

        var ledger = await RunAsync(gateway, TenantReads.LedgerAsync(gateway.Tenant, gateway.Node.Shards));

        Assert.Equal(1 + 2 + 3 + 4, ledger.Accepted(Core.Delivery.DeliveryClass.Ext));
        Frames.AssertBalanced(ledger);
    }

    private static Task<T> RunAsync<T>(TestGateway gateway, Task<T> work)
    {
        gateway.RunUntilIdle();
        return work.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }
}
