using System.Buffers.Binary;
using System.Globalization;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Delivery;

public sealed class LedgerProperties
{
    private static readonly string[] Rooms = ["a", "b", "c"];

    [Fact]
    public void Each_accepted_message_has_one_fate_or_waits_whatever_happens() => Seeds.CheckSeeds(12, seed =>
    {
        var random = new Random(seed);
        using var gateway = Gateway(random, seed, hotMaxKeys: 3);
        gateway.RunsAtOnce = false;
        var number = 0;
        for (var step = 0; step < 500; step++)
        {
            Act(gateway, random, ref number);
            switch (random.Next(4))
            {
                case 0:
                    gateway.RunUntilIdle();
                    break;
                case 1:
                    gateway.Advance(random.Next(1, 200));
                    break;
                default:
                    gateway.Node.Shards[random.Next(gateway.Node.Shards.Length)].RunPass();
                    break;
            }

            AssertLedgers(gateway);
        }

        // Everybody gets the last word of everybody who is left.
        gateway.RunsAtOnce = true;
        gateway.RunUntilIdle();
        foreach (var client in gateway.Clients)
        {
            client.Grant();
        }

        foreach (var sender in Open(gateway).Where(client => client.Session.ActiveRoom is not null))
        {
            SendHot(sender, HotFlags.None, 0, ++number);
            var receivers = Open(gateway).Where(client => client != sender && client.Session.Rooms.Find(sender.Session.ActiveRoom!.Handle) is not null);
            Assert.All(receivers, receiver => Assert.Equal(number, Number(receiver.HotFrames.Last())));
        }

        AssertLedgers(gateway);
        Assert.All(gateway.Clients, AssertOrder);
        foreach (var client in Open(gateway).ToArray())
        {
            client.Vanish();
        }

        AssertLedgers(gateway);
        var ledger = gateway.Ledger();
        Assert.All(Enum.GetValues<DeliveryClass>(), cls => Assert.Equal(0, ledger.Queued(cls)));
        Assert.Equal((0, 0, 0), (gateway.Tenant.Registry.SessionCount, gateway.Tenant.Registry.UserCount, gateway.Tenant.Registry.RoomCount));
        Assert.All(gateway.Node.Shards, shard => Assert.Equal((0, 0, 0), (shard.SessionCount, shard.Wheel.Count, shard.Ticks.Count)));
    });

    [Fact]
    public void The_last_state_that_a_receiver_gets_is_the_newest_it_was_there_for() => Seeds.CheckSeeds(12, seed =>
    {
        var random = new Random(seed);
        using var gateway = Gateway(random, seed, hotMaxKeys: 10_000);
        var expected = new Dictionary<(TestClient Receiver, uint Sender, uint Key, string Room), int>();
        var number = 0;
        for (var step = 0; step < 400; step++)
        {
            var sender = Open(gateway).Where(client => client.Session.ActiveRoom is not null).OrderBy(_ => random.Next()).FirstOrDefault();
            if (sender is not null && random.Next(2) == 0)
            {
                var (room, key) = (sender.Session.ActiveRoom!, (uint)random.Next(3));
                SendHot(sender, HotFlags.Key, key, ++number);
                foreach (var receiver in Open(gateway).Where(client => client != sender && client.Session.Rooms.Find(room.Handle) is not null))
                {
                    expected[(receiver, sender.Handle, key, room.Name)] = number;
                }
            }
            else
            {
                Act(gateway, random, ref number, sends: false);
            }

            AssertLedgers(gateway);
        }

        foreach (var client in Open(gateway))
        {
            client.Grant();
        }

        foreach (var ((receiver, sender, key, room), newest) in expected.Where(entry => !entry.Key.Receiver.Session.HasEnded))
        {
            var last = receiver.HotFrames.Last(frame => frame.Payload.Length > 0 && frame.Sender == sender && frame.Opcode == key && RoomOf(frame) == room);
            Assert.Equal(newest, Number(last));
        }

        Assert.All(gateway.Clients, AssertOrder);
    });

    private static TestGateway Gateway(Random random, int seed, int hotMaxKeys) => new(
        shards: random.Next(1, 4),
        seed: seed,
        gateway: gateway => gateway with { WriterSendTimeoutMs = 2_000 },
        tenant: tenant => tenant with
        {
            Limits = new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = random.Next(2, 12), HotMaxKeys = hotMaxKeys, HotReliableBytes = 1_024 } },

            // Who gets what it was not there for is another test's.
            Rooms = [new RoomRuleConfig { Match = "*", Hot = new RoomHotConfig { Snapshot = hotMaxKeys < 10_000 } }],
            Policy = tenant.Policy with
            {
                SlowConsumer = (SlowConsumerRule)random.Next(2),
                Sessions = new SessionPolicyConfig { MaxSessionsPerUser = 2, OnExceed = (SessionExceedRule)random.Next(2) },
            },
        });

    private static void Act(TestGateway gateway, Random random, ref int number, bool sends = true)
    {
        var open = Open(gateway).ToArray();
        if (open.Length == 0 || (open.Length < 15 && random.Next(8) == 0))
        {
            gateway.Connect($"user{random.Next(6)}").Join(Rooms[random.Next(Rooms.Length)]);
            return;
        }

        var client = open[random.Next(open.Length)];
        var room = Rooms[random.Next(Rooms.Length)];
        switch (random.Next(sends ? 20 : 12))
        {
            case 0 or 1 or 2:
                client.Join(room, active: random.Next(3) > 0);
                break;
            case 3:
                client.Leave(room);
                break;
            case 4 or 5:
                client.Stall();
                break;
            case 6 or 7 or 8:
                client.Grant(random.Next(1, 6), random.Next(1, 2_000));
                break;
            case 9:
                client.Grant();
                break;
            case 10 when random.Next(3) == 0:
                client.Vanish();
                break;
            case 11 when random.Next(3) == 0:
                client.CloseGracefully();
                break;
            case 12 or 13 or 14:
                client.Send("chat", "send", $$"""{"msg":"{{client.Session.SessionId}}:{{++number}}"}""");
                break;
            case 15:
                SendHot(client, HotFlags.Reliable, 0, ++number);
                break;
            case > 15:
                SendHot(client, HotFlags.None, (uint)random.Next(5), ++number);
                break;
        }
    }

    private static void SendHot(TestClient client, HotFlags flags, uint key, int number)
    {
        var payload = new byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);

        // The sender alone knows which room is active when the frame is taken in; the tests that look at it send at once.
        payload[4] = (byte)(client.Session.ActiveRoom?.Name[0] ?? '?');

        // The key is the sender's own, so that no two senders write one state.
        client.SendHot(new HotFrame
        {
            SvcId = 1,
            Opcode = (byte)key,
            Flags = flags,
            Key = key + (client.Handle << 8),
            Payload = payload,
        });
    }

    private static int Number(ReceivedHot frame) => BinaryPrimitives.ReadInt32LittleEndian(frame.Payload);

    private static string RoomOf(ReceivedHot frame) => ((char)frame.Payload[4]).ToString();

    private static IEnumerable<TestClient> Open(TestGateway gateway) => gateway.Clients.Where(client => !client.Session.HasEnded && !client.IsClosed);

    // Numbers grow, so what a receiver gets of one sender, room and class must grow too.
    private static void AssertOrder(TestClient client)
    {
        // An empty one tells that its sender has left.
        var hot = client.States.Where(frame => frame.Payload.Length > 0).GroupBy(frame => (frame.Sender, frame.Opcode, RoomOf(frame), frame.Flags & HotFlags.Reliable));
        Assert.All(hot, group => Assert.Equal(group.Select(Number).Order(), group.Select(Number)));

        // A user's two sessions may overtake each other from shard to shard; one session never itself, which its number tells.
        var chat = client.Envelopes.Where(envelope => envelope.Name == "chat.msg").Select(envelope => envelope.String("msg").Split(':'))
            .GroupBy(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));
        Assert.All(chat, group => Assert.Equal(group.Order(), group));
    }

    /// <summary>All ledgers add up, and what they call queued is in a queue.</summary>
    internal static void AssertLedgers(TestGateway gateway)
    {
        var (tenant, sum) = (gateway.Ledger(), new Ledger());
        Frames.AssertBalanced(tenant);
        foreach (var client in gateway.Clients)
        {
            Frames.AssertBalanced(client.Session.SettledLedger());
            sum.Add(client.Session.Ledger);
            AssertQueued(client.Session);
        }

        foreach (var cls in Enum.GetValues<DeliveryClass>())
        {
            Assert.Equal(sum.Accepted(cls), tenant.Accepted(cls));
            Assert.Equal(sum.Queued(cls), tenant.Queued(cls));
            Assert.All(Enum.GetValues<Fate>(), fate => Assert.Equal(sum.Count(cls, fate), tenant.Count(cls, fate)));
        }
    }

    // What the ledger calls queued is what is in the queue.
    private static void AssertQueued(Session session)
    {
        var waiting = new long[DeliveryClasses.Count];
        var cursor = session.Outbox.StartDrain();
        while (session.Outbox.TryPeek(ref cursor, out var frame))
        {
            waiting[(int)frame.Class] += frame.IsMessage ? frame.States : 0;
        }

        waiting[(int)DeliveryClass.HotLossy] += session.Pacer?.HeldStates ?? 0;
        foreach (var membership in session.Rooms)
        {
            waiting[(int)DeliveryClass.HotLossy] += membership.Slice.Tick?.HeldStates ?? 0;
        }

        Assert.Equal(waiting, Enum.GetValues<DeliveryClass>().Select(session.Ledger.Queued));
    }
}
