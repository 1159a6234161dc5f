using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests;

/// <summary>An accepted message allocates nothing from the decoder to the wire.</summary>
public sealed class AllocationTests
{
    private const int Members = 100;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_hot_frame_to_a_room_allocates_nothing(int shards)
    {
        using var gateway = Room(shards, out var sender);
        var frame = TestClient.Encode(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Seq, Seq = 0, Payload = new byte[32] });
        var seq = 0;

        var allocated = Measure(gateway, () =>
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(3), ++seq);
            sender.Session.OnBinary(frame);
        });

        Assert.Equal(0, allocated);
        Assert.True(gateway.Ledger().Count(DeliveryClass.HotLossy, Fate.Delivered) > 99_000);
    }

    [Fact]
    public void An_echo_with_an_answer_allocates_nothing()
    {
        using var gateway = Room(1, out var sender);
        var frame = TestClient.Encode(new HotFrame { SvcId = 250, Opcode = 1, Flags = HotFlags.Ack, Payload = new byte[32] });

        Assert.Equal(0, Measure(gateway, () => sender.Session.OnBinary(frame)));
    }

    [Theory]
    [InlineData(1, 60, 0, 0, 0, false)]
    [InlineData(2, 60, 0, 0, 0, false)]
    [InlineData(1, 60, 10, 0, 0, false)]
    [InlineData(1, 60, 0, 100, 0, true)]
    [InlineData(1, 60, 0, 0, 0, true)]
    [InlineData(1, 0, 20, 0, 0, false)]
    [InlineData(1, 0, 0, 100, 0, false)]
    [InlineData(1, 0, 0, 0, 20_000, false)]
    [InlineData(1, 60, 0, 0, 20_000, false)]
    public void A_hot_frame_under_a_rule_allocates_nothing(int shards, int tickHz, int maxHz, int ttlMs, int bytes, bool stalls)
    {
        using var gateway = Room(shards, out var sender, tenant => tenant with
        {
            Limits = new LimitsConfig { Outbound = new OutboundConfig { MaxBytesPerS = bytes } },
            Rooms = [new RoomRuleConfig { Match = "*", Hot = new RoomHotConfig { TickHz = tickHz, MaxHz = maxHz, TtlMs = ttlMs } }],
        });
        var frame = TestClient.Encode(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Payload = new byte[32] });
        var key = 0u;
        foreach (var client in gateway.Clients.Skip(1).Take(stalls ? 50 : 0))
        {
            client.Stall();
        }

        var allocated = Measure(gateway, () =>
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(3), ++key % 20);
            sender.Session.OnBinary(frame);
            gateway.Time.Advance(4);
        });

        Assert.Equal(0, allocated);
        Assert.True(gateway.Ledger().Count(DeliveryClass.HotLossy, Fate.Delivered) > 10_000);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(3, 0, false)]
    [InlineData(3, 10, false)]
    [InlineData(3, 0, true)]
    public void A_value_of_the_market_allocates_nothing(int shards, int maxHz, bool stalls)
    {
        using var gateway = new TestGateway(shards, tenant => tenant with { Policy = tenant.Policy with { HotRequiresActiveRoom = false } }, logLevel: LogLevel.Information);
        var publisher = gateway.TryConnect(new Identity("feed") { Roles = ["publisher"] })!;
        for (var i = 0; i < Members; i++)
        {
            var client = gateway.Connect($"user{i}");
            client.Send("market", "subscribe", $"{{\"keys\":[{string.Join(',', Enumerable.Range(0, 20))}]{(maxHz > 0 ? $",\"max_hz\":{maxHz}" : "")}}}");
            client.Connection.IsRecording = false;
            if (stalls && i % 2 == 0)
            {
                client.Stall();
            }
        }

        var frame = TestClient.Encode(new HotFrame { SvcId = 2, Opcode = 1, Flags = HotFlags.Key, Payload = new byte[32] });
        var key = 0u;
        var allocated = Measure(gateway, () =>
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(3), ++key % 20);
            publisher.Session.OnBinary(frame);
            gateway.Time.Advance(4);
        });

        Assert.Equal(0, allocated);
        Assert.True(gateway.Ledger().Count(DeliveryClass.HotLossy, Fate.Delivered) > 10_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_chat_message_to_a_room_allocates_nothing(int shards)
    {
        using var gateway = Room(shards, out var sender);
        var message = Encoding.UTF8.GetBytes("""{"svc":"chat","type":"send","data":{"msg":"hello \u00e9 there"}}""");

        var allocated = Measure(gateway, () => sender.Session.OnText(message));

        Assert.Equal(0, allocated);
        Assert.True(gateway.Ledger().Count(DeliveryClass.Ext, Fate.Delivered) > 100_000);
    }

    [Theory]
    [InlineData("""{"svc":"sys","type":"ping","data":{"client_time":1}}""")]
    [InlineData("""{"svc":"game","type":"input","data":{"x":1,"y":[2]}}""")]
    [InlineData("""{"svc":"chat","type":"typing","room":"lobby"}""")]
    public void Other_frequent_messages_allocate_nothing(string text)
    {
        using var gateway = Room(1, out var sender);
        var message = Encoding.UTF8.GetBytes(text);

        Assert.Equal(0, Measure(gateway, () => sender.Session.OnText(message)));
    }

    private static TestGateway Room(int shards, out TestClient sender, Func<TenantConfig, TenantConfig>? tenant = null)
    {
        var gateway = new TestGateway(shards, tenant, logLevel: LogLevel.Information);
        sender = gateway.Connect("sender").Join("lobby");
        for (var i = 1; i < Members; i++)
        {
            gateway.Connect($"user{i}").Join("lobby");
        }

        foreach (var client in gateway.Clients)
        {
            client.Connection.IsRecording = false;
        }

        return gateway;
    }

    // The least of a few rounds, all shards on this thread: tiered compilation and pools that still grow may allocate at first.
    private static long Measure(TestGateway gateway, Action send)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
            {
                send();
                foreach (var shard in gateway.Node.Shards)
                {
                    shard.RunPass();
                }
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
