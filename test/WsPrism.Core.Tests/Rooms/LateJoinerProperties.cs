using System.Buffers.Binary;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms;

/// <summary>
/// Whoever joins when, whatever is under way between the shards: in the end all members of a room know the same, the latest state of every key. Shards take their passes in
/// any order, or not at all for a while. A client believes what PROTOCOL says: the last state of a key is the state, and who has left has none.
/// </summary>
public sealed class LateJoinerProperties
{
    private const string Backend = "backend";

    // The only room that is ever the active one.
    private const string Active = "plain";

    private static readonly string[] Rooms = ["plain", "tick", "pace", "both"];

    [Fact]
    public void All_members_know_the_same_however_late_they_joined() => Seeds.CheckSeeds(150, seed => Run(seed, stalls: false));

    [Fact]
    public void Slow_members_too() => Seeds.CheckSeeds(100, seed => Run(seed, stalls: true));

    private static void Run(int seed, bool stalls)
    {
        var random = new Random(seed);
        using var gateway = new TestGateway(
            shards: random.Next(1, 5),
            seed: seed,
            gateway: gateway => gateway with { WriterSendTimeoutMs = 60_000, IdleTimeoutMs = 600_000 },
            tenant: tenant => tenant with
            {
                Limits = new LimitsConfig { Outbound = new OutboundConfig { HotMaxKeys = 10_000 } },
                Rooms =
                [
                    new RoomRuleConfig { Match = "tick", Hot = new RoomHotConfig { TickHz = 30 } },
                    new RoomRuleConfig { Match = "pace", Hot = new RoomHotConfig { MaxHz = 20 } },
                    new RoomRuleConfig { Match = "both", Hot = new RoomHotConfig { TickHz = 60, MaxHz = 20 } },
                ],
            });
        var number = 0;
        for (var i = 0; i < 8; i++)
        {
            Join(gateway.Connect($"user{i}"), Rooms[i % 4]);
        }

        gateway.RunsAtOnce = false;
        for (var step = 0; step < 300; step++)
        {
            Act(gateway, random, stalls, ref number);
            switch (random.Next(12))
            {
                case 0:
                    gateway.Advance(random.Next(1, 60));
                    break;
                case 1:
                    gateway.RunUntilIdle();
                    break;
                case < 8:
                    gateway.Node.Shards[random.Next(gateway.Node.Shards.Length)].RunPass();
                    break;
            }
        }

        gateway.RunUntilIdle();
        foreach (var client in gateway.Clients)
        {
            client.Grant();
        }

        gateway.Advance(1_000);
        LedgerProperties.AssertLedgers(gateway);
        Assert.Equal(0, gateway.Ledger().Queued(DeliveryClass.HotLossy));
        foreach (var room in gateway.Tenant.Registry.Rooms())
        {
            AssertAllKnowTheSame(gateway, room);
        }
    }

    private static void Act(TestGateway gateway, Random random, bool stalls, ref int number)
    {
        var open = gateway.Clients.Where(client => !client.Session.HasEnded && !client.IsClosed).ToArray();
        if (open.Length < 4 || (open.Length < 14 && random.Next(12) == 0))
        {
            Join(gateway.Connect($"new{gateway.Clients.Count}"), Rooms[random.Next(4)]);
            return;
        }

        var client = open[random.Next(open.Length)];
        var name = Rooms[random.Next(4)];
        switch (random.Next(24))
        {
            case < 4:
                Join(client, name);
                break;
            case < 7:
                client.Leave(name);
                break;
            case 7 when random.Next(3) == 0:
                client.CloseGracefully();
                break;
            case 8 when stalls:
                client.Stall();
                break;
            case 9 when stalls:
                client.Grant(random.Next(1, 5), random.Next(1, 1_000));
                break;
            case 10:
                client.Grant();
                break;
            case 11 or 12 when gateway.Tenant.Registry.FindRoom(name) is { } room:
                var publisher = new ServerPublisher(gateway.Node.Shards);
                publisher.Post(publisher.Encode(room, Frame(room.Handle, HotFlags.Key, (uint)random.Next(3), ++number), except: null));
                break;
            default:
                Send(client, random, ++number);
                break;
        }
    }

    private static void Join(TestClient client, string room) => client.Join(room, active: room == Active);

    // To the room by its number: a shard that runs later may find another one active, or none.
    private static void Send(TestClient client, Random random, int number)
    {
        if (client.Session.Rooms.Count == 0)
        {
            return;
        }

        var room = client.Session.Rooms[random.Next(client.Session.Rooms.Count)].Room.Handle;

        // Each key has one writer, so that all agree which state is the latest.
        var flags = random.Next(2) == 0 ? HotFlags.Key : HotFlags.None;
        client.SendHot(Frame(room, flags | HotFlags.Room, (client.Handle << 4) | (uint)random.Next(3), number));
    }

    private static HotFrame Frame(uint room, HotFlags flags, uint key, int number)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), room);
        return new HotFrame { SvcId = 1, Opcode = (byte)(key & 15), Flags = flags, Key = key, Room = flags.HasFlag(HotFlags.Room) ? room : 0, Payload = payload };
    }

    private static void AssertAllKnowTheSame(TestGateway gateway, WsPrism.Core.Rooms.Room room)
    {
        var views = gateway.Clients.Where(client => !client.Session.HasEnded && client.Session.Rooms.Find(room.Handle) is not null)
            .ToDictionary(client => client, client => View(client, room));
        foreach (var key in views.Values.SelectMany(view => view.Keys).Distinct().Order())
        {
            // A member need not be told what it said itself.
            var known = views.Where(view => !IsOwn(view.Key, key)).Select(view => (view.Key.User, Number: view.Value.GetValueOrDefault(key))).ToArray();
            Assert.True(
                known.Select(entry => entry.Number).Distinct().Count() <= 1,
                $"{room.Name} {key}: {string.Join(' ', known.Select(entry => $"{entry.User}={entry.Number}"))}");
        }
    }

    private static bool IsOwn(TestClient client, string key) => key.StartsWith($"{client.Handle}:", StringComparison.Ordinal);

    // What a client believes of a room that it is in.
    private static Dictionary<string, int> View(TestClient client, WsPrism.Core.Rooms.Room room)
    {
        var view = new Dictionary<string, int>();
        var isIn = false;
        foreach (var frame in client.Received)
        {
            if (frame.Kind == FrameKind.Text && frame.ToEnvelope() is { Svc: "sys", Type: "joined" or "left" } notice && notice.Room == room.Name)
            {
                if (notice.Type == "left" || !isIn)
                {
                    view.Clear();
                }

                isIn = notice.Type == "joined";
            }
            else if (frame.Kind == FrameKind.Binary)
            {
                Apply(client, room, frame, view);
            }
        }

        return view;
    }

    private static void Apply(TestClient client, WsPrism.Core.Rooms.Room room, ReceivedFrame frame, Dictionary<string, int> view)
    {
        foreach (var state in frame.ToStates())
        {
            if (state.Payload.Length == 0)
            {
                if (state.Room == room.Handle || (state.Room == 0 && room.Name == Active))
                {
                    foreach (var gone in view.Keys.Where(key => key.StartsWith($"{state.Sender}:own:", StringComparison.Ordinal)).ToArray())
                    {
                        view.Remove(gone);
                    }
                }
            }
            else if (BinaryPrimitives.ReadUInt32LittleEndian(state.Payload.AsSpan(4)) == room.Handle)
            {
                var writer = state.Flags.HasFlag(HotFlags.Sender) ? $"{state.Sender}" : Backend;
                var key = state.Flags.HasFlag(HotFlags.Key) ? $"{writer}:key:{state.Key}" : $"{writer}:own:{state.Opcode}";
                var number = BinaryPrimitives.ReadInt32LittleEndian(state.Payload);
                Assert.True(view.GetValueOrDefault(key) <= number, $"{client.User} got {key} {number} behind {view.GetValueOrDefault(key)}");
                view[key] = number;
            }
        }
    }
}
