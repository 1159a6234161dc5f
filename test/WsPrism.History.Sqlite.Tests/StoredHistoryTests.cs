using WsPrism.Core.Configuration;
using WsPrism.Core.Rooms.History;
using WsPrism.Testing;

namespace WsPrism.History.Sqlite.Tests;

public sealed class StoredHistoryTests : IDisposable
{
    private readonly Storing _storing = new();

    public void Dispose() => _storing.Dispose();

    [Fact]
    public async Task Another_process_goes_on_where_the_last_one_stood()
    {
        string epoch;
        using (var gateway = _storing.Start())
        {
            var alice = gateway.ConnectTo("r", "alice").Say("a").Say("b", "7");
            gateway.Settle();
            Assert.Equal(["chat.msg", "chat.msg", "sys.ack"], alice.ReadEnvelopes().Select(envelope => envelope.Name).Order());
            var published = gateway.PostAsync("c");
            gateway.Settle();
            Assert.Equal(new Published(1, 3), await published);
            epoch = gateway.EpochOf();
        }

        using var next = _storing.Start();
        var bob = next.Connect("bob").JoinSince(epoch, 1);
        Assert.Equal("3 True: 2:b 3:c", bob.Joined());
        bob.Say("d");
        next.Settle();
        Assert.Equal("4:d", bob.ReadShown());
        Assert.Equal("4 True:", next.Connect("carol").JoinSince(epoch, 4).Joined());
        Assert.Equal("4 False:", next.Connect("carol").JoinSince(epoch, 5).Joined());
    }

    [Fact]
    public void Nobody_gets_and_nobody_is_promised_what_is_not_stored()
    {
        UnreliableStore disk = null!;
        using var gateway = _storing.Start(store: store => disk = new UnreliableStore(store));
        var alice = gateway.ConnectTo("r", "alice");
        var bob = gateway.ConnectTo("r", "bob");
        disk.Stop();
        alice.Say("a", "1");
        gateway.RunUntilIdle();
        Assert.Empty(alice.ReadAll());
        Assert.Empty(bob.ReadAll());
        Assert.Equal("0:", gateway.Connect("carol").Join("r").Joined());

        alice.Send("room", "history", "{}", "r", "2");
        Assert.Equal("2", alice.NextEnvelope().Id);
        disk.GoOn();
        gateway.Settle();
        Assert.Equal(["chat.msg", "sys.ack"], alice.ReadEnvelopes().Select(envelope => envelope.Name).Order());
        Assert.Equal("1:a", bob.ReadShown());
    }

    [Fact]
    public async Task A_disk_that_fails_refuses_and_leaves_no_gap()
    {
        UnreliableStore disk = null!;
        using var gateway = _storing.Start(store: store => disk = new UnreliableStore(store));
        var alice = gateway.ConnectTo("r", "alice").Say("a");
        gateway.Settle();
        alice.ReadAll();

        disk.Fails = true;
        alice.Say("b", "1").Say("c");
        var published = gateway.PostAsync("d");
        gateway.Settle();
        Assert.Equal([("SERVICE_UNAVAILABLE", "1"), ("SERVICE_UNAVAILABLE", null)], alice.ReadEnvelopes().Select(envelope => (envelope.Code, envelope.Id)));
        Assert.Equal(Protocol.ErrorCode.ServiceUnavailable, (await published).Refusal);

        // What was refused may be sent again under its id.
        disk.Fails = false;
        alice.Say("b", "1");
        gateway.Settle();
        Assert.Equal("2:b", alice.ReadShown());
        var writer = gateway.Node.History.Writer!;
        Assert.True(writer.Failures > 0);
        Assert.Equal((2L, 3L), (writer.Stored, writer.Refused));
        Assert.Single(gateway.Log.TakeErrors());
    }

    [Fact]
    public async Task What_waits_for_the_disk_is_bounded_and_the_rest_refused()
    {
        UnreliableStore disk = null!;
        using var gateway = _storing.Start(store: store => disk = new UnreliableStore(store));
        var alice = gateway.ConnectTo("r", "alice");
        disk.Stop();
        for (var i = 0; i < 65; i++)
        {
            alice.Say($"a{i}", $"{i}");
        }

        // One session has 64 messages out at most.
        Assert.Equal(("RESOURCE_EXHAUSTED", "64"), alice.ReadEnvelopes().Select(envelope => (envelope.Code, envelope.Id)).Single());
        var published = Enumerable.Range(64, HistoryWriter.MaxWaiting - 63).Select(i => gateway.PostAsync($"b{i}")).ToArray();
        Assert.Equal(Protocol.ErrorCode.ResourceExhausted, (await published[^1]).Refusal);
        Assert.False(published[^2].IsCompleted);
        disk.GoOn();
        gateway.Settle();
        Assert.Equal((ulong)HistoryWriter.MaxWaiting, (await published[^2]).Offset);
        Assert.Equal(HistoryWriter.MaxWaiting, alice.Envelopes.Count(envelope => envelope.Offset is not null));
    }

    [Fact]
    public void Size_and_time_hold_in_the_file_too()
    {
        string epoch;
        using (var gateway = _storing.Start(rule: tenant => Storing.Ruled(tenant, size: 3, ttlMs: 10_000)))
        {
            var alice = gateway.ConnectTo("r", "alice").Say("a").Say("b").Say("c").Say("d");
            gateway.Settle();
            epoch = gateway.EpochOf();
            alice.ReadAll();
            gateway.Advance(1_000, atOnce: true);
            alice.Say("e");
            gateway.Settle();
        }

        using (var store = SqliteHistoryStore.Open(_storing.FilePath))
        {
            Assert.InRange(Assert.Single(store.Load()).Messages.Count, 3, 4);
        }

        using var next = _storing.Start(rule: tenant => Storing.Ruled(tenant, size: 3, ttlMs: 10_000));
        Assert.Equal("5 True: 3:c 4:d 5:e", next.Connect("bob").JoinSince(epoch, 2).Joined());
        Assert.Equal("5 False:", next.Connect("bob").JoinSince(epoch, 1).Joined());
        next.Advance(10_000, atOnce: true);
        Assert.Equal("5 False:", next.Connect("bob").JoinSince(epoch, 2).Joined());
        Assert.Equal("5 True:", next.Connect("bob").JoinSince(epoch, 5).Joined());
    }

    [Fact]
    public void What_no_rule_wants_stored_any_more_is_forgotten_at_start()
    {
        string epoch;
        using (var gateway = _storing.Start())
        {
            gateway.ConnectTo("r", "alice").Say("a");
            gateway.Settle();
            epoch = gateway.EpochOf();
        }

        using (_storing.Start(rule: tenant => tenant with { Id = "other" }))
        {
        }

        using var next = _storing.Start();
        Assert.Equal("0 False:", next.Connect("bob").JoinSince(epoch, 1).Joined());
    }

    [Fact]
    public void Reloads_that_change_the_store_keep_the_order_and_begin_another_epoch()
    {
        UnreliableStore disk = null!;
        string epoch;
        using (var gateway = _storing.Start(store: store => disk = new UnreliableStore(store)))
        {
            var alice = gateway.ConnectTo("r", "alice").Say("a");
            gateway.Settle();
            var first = gateway.EpochOf();
            disk.Stop();
            alice.Say("b");
            gateway.ReloadTenant(tenant => Storing.Ruled(tenant, store: HistoryStoreKind.Memory));
            alice.Say("c").Send("chat", "typing", room: "r");
            gateway.RunUntilIdle();
            Assert.Equal("1:a", alice.ReadShown());
            disk.GoOn();
            gateway.Settle();
            Assert.Equal("2:b 3:c", alice.ReadShown());
            alice.Say("d");
            Assert.Equal("4:d", alice.ReadShown());
            var second = gateway.EpochOf();
            Assert.NotEqual(first, second);
            Assert.Equal("4 True: 2:b 3:c 4:d", gateway.Connect("bob").JoinSince(second, 1).Joined());
            gateway.ReloadTenant(tenant => Storing.Ruled(tenant));
            alice.Say("e");
            gateway.Settle();
            epoch = gateway.EpochOf();
            Assert.NotEqual(second, epoch);
        }

        using var next = _storing.Start();
        Assert.Equal("5 True: 5:e", next.Connect("bob").JoinSince(epoch, 4).Joined());
    }

    [Fact]
    public void Each_receiver_sees_each_offset_once_and_a_restart_has_them_all() => Seeds.CheckSeeds(5, seed =>
    {
        using var storing = new Storing();
        var random = new Random(seed);
        string[] order;
        string epoch;
        using (var gateway = storing.Start(shards: 3, rule: tenant => Storing.Ruled(tenant, size: 10_000), seed: seed))
        {
            var first = gateway.ConnectTo("r", "first");
            epoch = gateway.EpochOf();
            var publishers = Enumerable.Range(0, 5).Select(i => gateway.ConnectTo("r", $"p{i}")).ToArray();
            var late = new List<TestClient>();
            for (var step = 0; step < 150; step++)
            {
                switch (random.Next(6))
                {
                    case 0:
                        late.Add(gateway.Connect($"l{step}").JoinSince(epoch, 0));
                        break;
                    case 1:
                        _ = gateway.PostAsync($"api{step}");
                        break;
                    default:
                        publishers[random.Next(5)].Say($"s{step}", $"{step}");
                        break;
                }
            }

            gateway.Settle();
            order = [.. first.Envelopes.Where(envelope => envelope.Offset is not null).Select(envelope => $"{envelope.Offset}:{envelope.String("msg")}")];
            Assert.Equal(Enumerable.Range(1, order.Length).Select(i => $"{i}"), order.Select(entry => entry[..entry.IndexOf(':')]));
            Assert.All(late, client => Assert.Equal(order, client.Envelopes.Where(envelope => envelope.Offset is not null).Select(envelope => $"{envelope.Offset}:{envelope.String("msg")}")));
            Assert.Equal(
                order.Count(entry => entry.Contains(":s", StringComparison.Ordinal)), publishers.Sum(client => client.Envelopes.Count(envelope => envelope.Name == "sys.ack" && envelope.Id is not null)));
        }

        using var next = storing.Start(rule: tenant => Storing.Ruled(tenant, size: 10_000));
        Assert.Equal($"{order.Length} True: {string.Join(' ', order)}", next.Connect("bob").JoinSince(epoch, 0).Joined());
    });
}
