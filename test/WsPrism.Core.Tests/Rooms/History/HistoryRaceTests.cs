using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.History;

/// <summary>Publishers on all shards and outside of them, members that come, go and come back: each receiver accounts for every offset.</summary>
public sealed class HistoryRaceTests
{
    [Fact]
    public void Each_receiver_sees_each_offset_once_and_in_order_whatever_the_shards_turns() => Seeds.CheckSeeds(60, seed =>
    {
        var random = new Random(seed);
        using var gateway = Remembering.Gateway(size: 10_000, shards: 3, seed: seed);
        gateway.RunsAtOnce = false;
        var first = gateway.Connect("first");
        first.Join("r");
        gateway.RunUntilIdle();
        var epoch = first.Joined().Epoch!;
        var publishers = Enumerable.Range(0, 6).Select(i => gateway.Connect($"p{i}").Join("r")).ToArray();
        gateway.RunUntilIdle();
        var members = new List<Member>();
        for (var step = 0; step < 200; step++)
        {
            switch (random.Next(8))
            {
                case 0:
                    members.Add(new Member(gateway.Connect($"m{step}"), (ulong)random.Next(0, step + 1), epoch));
                    break;
                case 1 when members.Count > 0:
                    members[random.Next(members.Count)].ComeBack(gateway);
                    break;
                case 2:
                    _ = gateway.PostAsync($"api{step}");
                    break;
                case 3:
                    foreach (var shard in gateway.Node.Shards.Where(_ => random.Next(2) == 0))
                    {
                        shard.RunPass();
                    }

                    break;
                default:
                    publishers[random.Next(publishers.Length)].Say($"s{step}");
                    break;
            }
        }

        gateway.RunUntilIdle();
        foreach (var member in members)
        {
            member.Account();
        }

        foreach (var publisher in publishers)
        {
            Assert.Equal(Enumerable.Range(1, publisher.Envelopes.Count(envelope => envelope.Offset is not null)), publisher.Envelopes.Where(envelope => envelope.Offset is not null).Select(envelope => (int)envelope.Offset!.Value));
        }
    });

    [Fact]
    public async Task Threads_that_publish_and_shards_that_run_agree_on_one_order()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            const int PerThread = 400;
            using var gateway = Remembering.Gateway(
                size: 100_000, shards: 3, seed: seed, limits: new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = 1_000_000, ExtBytes = 1_000_000_000 } });
            var early = Enumerable.Range(0, 3).Select(i => gateway.ConnectTo("r", $"e{i}")).ToArray();
            var epoch = gateway.EpochOf();
            gateway.RunsAtOnce = false;
            var threads = Enumerable.Range(0, 3).Select(thread => Task.Run(() =>
            {
                for (var i = 0; i < PerThread; i++)
                {
                    _ = gateway.PostAsync($"t{thread}.{i}");
                }
            })).ToArray();
            var shards = gateway.Node.Shards.Select(shard => Task.Factory.StartNew(
                () =>
                {
                    while (threads.Any(thread => !thread.IsCompleted) || shard.HasWork)
                    {
                        shard.RunPass();
                        Thread.Yield();
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)).ToArray();
            var late = new List<TestClient>();
            for (var i = 0; i < 30; i++)
            {
                late.Add(gateway.Connect($"l{i}").JoinSince(epoch, 0));
                Thread.Yield();
            }

            await Task.WhenAll([.. threads, .. shards]);
            gateway.RunUntilIdle();
            var order = early[0].Envelopes.Where(envelope => envelope.Offset is not null).Select(envelope => (envelope.Offset, envelope.String("msg"))).ToArray();
            Assert.Equal(Enumerable.Range(1, 3 * PerThread).Select(i => (ulong?)(ulong)i), order.Select(entry => entry.Offset));
            foreach (var client in early.Concat(late))
            {
                Assert.Equal(order, client.Envelopes.Where(envelope => envelope.Offset is not null).Select(envelope => (envelope.Offset, envelope.String("msg"))));
            }

            foreach (var thread in order.GroupBy(entry => entry.Item2[..2]))
            {
                Assert.Equal(Enumerable.Range(0, PerThread), thread.Select(entry => int.Parse(entry.Item2[3..], System.Globalization.CultureInfo.InvariantCulture)));
            }
        }
    }

    // A member that says what it has each time it comes, one connection after the other.
    private sealed class Member
    {
        private readonly List<(TestClient Client, ulong Since)> _lives = [];
        private readonly string _epoch;

        public Member(TestClient client, ulong since, string epoch)
        {
            _epoch = epoch;
            Begin(client, since);
        }

        public void ComeBack(TestGateway gateway)
        {
            var (client, since) = _lives[^1];
            client.Vanish();
            var last = client.Envelopes.Where(envelope => envelope.Offset is not null).Select(envelope => envelope.Offset!.Value).DefaultIfEmpty(since).Max();
            Begin(gateway.Connect(client.User), last);
        }

        public void Account()
        {
            foreach (var (client, since) in _lives)
            {
                var joined = client.Envelopes.FirstOrDefault(envelope => envelope.Name == "sys.joined");
                if (joined is null)
                {
                    continue;
                }

                var begin = joined.Data.GetProperty("recovered").GetBoolean() ? since : (ulong)joined.Number("offset");
                var offsets = client.Envelopes.Where(envelope => envelope.Offset is not null).Select(envelope => envelope.Offset!.Value).ToArray();
                Assert.Equal(Enumerable.Range(1, offsets.Length).Select(i => begin + (ulong)i), offsets);
                Assert.True(begin + (ulong)offsets.Length >= (ulong)joined.Number("offset") || client.IsClosed);
            }
        }

        private void Begin(TestClient client, ulong since)
        {
            client.JoinSince(_epoch, since);
            _lives.Add((client, since));
        }
    }
}
