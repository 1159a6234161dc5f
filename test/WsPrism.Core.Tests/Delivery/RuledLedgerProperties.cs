using System.Buffers.Binary;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Delivery;

/// <summary>
/// The ledger, the order and the last word with rooms under every rule: ticks, pace, time to live, bytes a second, and long states among short ones, with members
/// that come, go, wish, stall and read. After each step all ledgers must add up, the tenant's and each session's.
/// </summary>
public sealed class RuledLedgerProperties
{
    private static readonly string[] Rooms = ["plain", "tick", "pace", "both", "life", "all"];

    [Fact]
    public void Each_state_has_one_fate_or_waits_under_every_rule() => Seeds.CheckSeeds(24, seed => Run(seed, hotMaxKeys: 4, dropsNothing: false));

    [Fact]
    public void Every_member_that_reads_gets_the_last_state_of_every_key() => Seeds.CheckSeeds(24, seed => Run(seed, hotMaxKeys: 100_000, dropsNothing: true));

    [Fact]
    public void Each_state_has_one_fate_while_reloads_change_the_rules() => Seeds.CheckSeeds(24, seed => Run(seed, hotMaxKeys: 4, dropsNothing: false, reloads: true));

    [Fact]
    public void The_last_states_come_while_reloads_change_the_rules() => Seeds.CheckSeeds(48, seed => Run(seed, hotMaxKeys: 100_000, dropsNothing: true, reloads: true));

    private static void Run(int seed, int hotMaxKeys, bool dropsNothing, bool reloads = false)
    {
        var random = new Random(seed);
        var snapshot = seed % 2 == 0;
        using var gateway = Gateway(random, seed, hotMaxKeys, dropsNothing, snapshot);
        gateway.RunsAtOnce = dropsNothing || random.Next(2) == 0;
        var expected = new Dictionary<(Membership Member, uint Sender, uint Key), int>();
        var number = 0;
        for (var step = 0; step < 400; step++)
        {
            Act(gateway, random, ref number, dropsNothing ? expected : null);
            if (reloads && random.Next(8) == 0)
            {
                gateway.ReloadTenant(tenant => Rule(tenant, random, hotMaxKeys, dropsNothing, snapshot, isFree: true));
            }

            if (random.Next(3) == 0)
            {
                gateway.Advance(random.Next(1, 120), atOnce: random.Next(2) == 0);
            }
            else if (!gateway.RunsAtOnce)
            {
                gateway.Node.Shards[random.Next(gateway.Node.Shards.Length)].RunPass();
            }

            LedgerProperties.AssertLedgers(gateway);
        }

        Settle(gateway);
        foreach (var ((member, sender, key), newest) in expected.Where(entry => IsThere(entry.Key.Member)))
        {
            var client = gateway.Clients.Single(client => client.Session == member.Session);
            var last = client.States.Last(state => (state.Flags & HotFlags.Reliable) == 0 && (state.Sender, state.Key, RoomOf(state)) == (sender, key, member.Room.Handle));
            Assert.True(newest == Number(last), $"{member.Room.Name} {key}: {Number(last)} rather than {newest}");
        }

        Assert.All(gateway.Clients, client => AssertOrder(client, mayRepeat: snapshot));
        foreach (var client in Open(gateway).ToArray())
        {
            client.Vanish();
        }

        gateway.RunUntilIdle();
        LedgerProperties.AssertLedgers(gateway);
        Assert.Equal(0, gateway.Ledger().Queued(DeliveryClass.HotLossy));
        Assert.All(gateway.Node.Shards, shard => Assert.Equal((0, 0, 0), (shard.SessionCount, shard.Wheel.Count, shard.Ticks.Count)));
    }

    // Everybody reads, and time enough passes for every pace and every byte; then nothing may wait for anybody.
    private static void Settle(TestGateway gateway)
    {
        gateway.RunsAtOnce = true;
        gateway.RunUntilIdle();
        foreach (var client in gateway.Clients)
        {
            client.Grant();
        }

        for (var i = 0; i < 120 && gateway.Ledger().Queued(DeliveryClass.HotLossy) > 0; i++)
        {
            gateway.Advance(1_000);
            foreach (var client in Open(gateway))
            {
                client.Pong();
            }

            LedgerProperties.AssertLedgers(gateway);
        }

        Assert.Equal(0, gateway.Ledger().Queued(DeliveryClass.HotLossy));
        Assert.All(gateway.Node.Shards, shard => Assert.Equal(0, shard.Ticks.Count));
    }

    private static TestGateway Gateway(Random random, int seed, int hotMaxKeys, bool dropsNothing, bool snapshot) => new(
        shards: random.Next(1, 4),
        seed: seed,
        gateway: gateway => gateway with { WriterSendTimeoutMs = 60_000, IdleTimeoutMs = 600_000 },
        tenant: tenant => Rule(tenant, random, hotMaxKeys, dropsNothing, snapshot));

    // A free one may lift what the room's name promises.
    private static TenantConfig Rule(TenantConfig tenant, Random random, int hotMaxKeys, bool dropsNothing, bool snapshot, bool isFree = false)
    {
        var off = () => isFree && random.Next(3) == 0 ? 0 : 1;
        return tenant with
        {
            Limits = new LimitsConfig
            {
                MaxFrameBytes = 100_000,
                Outbound = new OutboundConfig { HotMaxKeys = hotMaxKeys, MaxBytesPerS = random.Next(2) * random.Next(100_000, 400_000) },
            },
            Policy = tenant.Policy with { Sessions = new SessionPolicyConfig { MaxSessionsPerUser = 2, OnExceed = SessionExceedRule.KickOldest } },
            Rooms =
            [
                new RoomRuleConfig { Match = "plain", Hot = new RoomHotConfig { Snapshot = snapshot } },
                new RoomRuleConfig { Match = "tick", Hot = new RoomHotConfig { Snapshot = snapshot, TickHz = off() * random.Next(1, 120) } },
                new RoomRuleConfig { Match = "pace", Hot = new RoomHotConfig { Snapshot = snapshot, MaxHz = off() * random.Next(1, 60) } },
                new RoomRuleConfig { Match = "both", Hot = new RoomHotConfig { Snapshot = snapshot, TickHz = off() * random.Next(1, 120), MaxHz = off() * random.Next(1, 60) } },
                new RoomRuleConfig { Match = "life", Hot = new RoomHotConfig { Snapshot = snapshot, TtlMs = dropsNothing ? 0 : random.Next(1, 300) } },
                new RoomRuleConfig
                {
                    Match = "all",
                    Hot = new RoomHotConfig { Snapshot = snapshot, TickHz = off() * random.Next(5, 120), MaxHz = off() * random.Next(1, 60), TtlMs = dropsNothing ? 0 : random.Next(1, 600) },
                },
            ],
        };
    }

    private static void Act(TestGateway gateway, Random random, ref int number, Dictionary<(Membership, uint, uint), int>? expected)
    {
        var open = Open(gateway).ToArray();
        var room = Rooms[random.Next(Rooms.Length)];
        if (open.Length == 0 || (open.Length < 12 && random.Next(10) == 0))
        {
            gateway.Connect($"user{random.Next(8)}").Join(room);
            return;
        }

        var client = open[random.Next(open.Length)];
        switch (random.Next(20))
        {
            case 0 or 1:
                client.Join(room, active: random.Next(3) > 0);
                break;
            case 2:
                client.JoinAt(room, random.Next(1, 50), active: random.Next(3) > 0);
                break;
            case 3:
                client.Leave(room);
                break;
            case 4:
                client.Stall();
                break;
            case 5 or 6:
                client.Grant(random.Next(1, 4), random.Next(1, 100_000));
                break;
            case 7:
                client.Grant();
                break;
            case 8 when random.Next(4) == 0:
                client.Vanish();
                break;
            case 9 when random.Next(4) == 0:
                client.CloseGracefully();
                break;
            default:
                Send(gateway, client, random, ++number, expected);
                break;
        }
    }

    private static void Send(TestGateway gateway, TestClient client, Random random, int number, Dictionary<(Membership, uint, uint), int>? expected)
    {
        if (client.Session.ActiveRoom is not { } room)
        {
            return;
        }

        // Each sender has its own keys. Now and then a state is too long for a batch.
        var key = (client.Handle << 4) | (uint)random.Next(4);
        var reliable = random.Next(12) == 0 ? HotFlags.Reliable : HotFlags.None;
        var payload = new byte[random.Next(40) == 0 ? 66_000 : random.Next(8, 200)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), room.Handle);
        // By name: a shard that runs later may find another room active.
        client.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key | HotFlags.Room | reliable, Key = key, Room = room.Handle, Payload = payload });
        if (expected is null || reliable != 0)
        {
            return;
        }

        foreach (var member in gateway.Clients.SelectMany(other => Memberships(other.Session)).Where(member => member.Room == room))
        {
            if (member.Session != client.Session || room.Rule.TickHz > 0)
            {
                expected[(member, client.Handle, key)] = number;
            }
        }
    }

    private static IEnumerable<Membership> Memberships(Session session)
    {
        foreach (var membership in session.Rooms)
        {
            yield return membership;
        }
    }

    private static bool IsThere(Membership member) => !member.Session.HasEnded && member.Session.Rooms.Find(member.Room.Handle) == member;

    private static IEnumerable<TestClient> Open(TestGateway gateway) => gateway.Clients.Where(client => !client.Session.HasEnded && !client.IsClosed);

    private static int Number(ReceivedHot state) => BinaryPrimitives.ReadInt32LittleEndian(state.Payload);

    private static uint RoomOf(ReceivedHot state) => BinaryPrimitives.ReadUInt32LittleEndian(state.Payload.AsSpan(4));

    // Numbers grow, so what a receiver gets of one key in one room and class must grow too, and nothing comes twice, but for who
    // leaves and joins again and gets a snapshot. An empty frame tells that its sender has left.
    private static void AssertOrder(TestClient client, bool mayRepeat)
    {
        foreach (var group in client.States.Where(state => state.Payload.Length > 0).GroupBy(state => (state.Sender, state.Key, RoomOf(state), state.Flags & HotFlags.Reliable)))
        {
            var numbers = group.Select(Number).ToArray();
            Assert.Equal((mayRepeat ? numbers : numbers.Distinct()).Order(), numbers);
        }
    }
}
