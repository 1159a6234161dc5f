using WsPrism.Core.Delivery;
using WsPrism.Testing;

namespace WsPrism.Core.Tests;

public sealed class TestTransportTests
{
    [Fact]
    public void A_client_is_greeted_and_hears_its_room()
    {
        using var gateway = new TestGateway(shards: 2);
        var alice = gateway.Connect("alice");
        var bob = gateway.ConnectTo("lobby", "bob");

        alice.Join("lobby").Send("chat", "send", """{"msg":"hi"}""", id: "1");

        Assert.Equal(["sys.authed", "sys.budget", "sys.budget", "sys.joined", "sys.ack", "chat.msg"], alice.Envelopes.Select(envelope => envelope.Name));
        Assert.Equal("alice", bob.NextEnvelope().String("from"));
    }

    [Fact]
    public void A_client_without_credit_takes_what_it_is_granted_in_frames_and_in_bytes()
    {
        using var gateway = new TestGateway();
        var client = gateway.Connect("alice").Stall();
        client.ReadAll();

        client.Send("sys", "ping").Send("sys", "ping").Send("sys", "ping");

        Assert.Empty(client.ReadAll());
        Assert.True(client.Connection.IsCongested);
        Assert.Single(client.Grant(frames: 1, bytes: 1_000).ReadAll());
        Assert.Equal(2, client.Grant().ReadAll().Count);
        Assert.False(client.Connection.IsCongested);
    }

    [Fact]
    public void A_vanished_client_is_gone_and_a_closing_one_sees_the_code()
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice").Vanish();
        var bob = gateway.Connect("bob").CloseGracefully();

        Assert.Null(alice.CloseCode);
        Assert.Equal((ushort)1000, bob.CloseCode);
        Assert.True(bob.IsClosed);
        Assert.Equal(0, gateway.Tenant.Registry.SessionCount);
        Assert.All(gateway.Node.Shards, shard => Assert.Equal(0, shard.SessionCount));
        Assert.Equal(FrameKind.Close, bob.Received[^1].Kind);
    }
}
