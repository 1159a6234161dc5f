using WsPrism.Testing;

namespace WsPrism.Core.Tests.Parties;

/// <summary>Users do at random what can be done with parties, beside a model that is as simple as it gets; and all at once, from several threads.</summary>
public class PartyProperties
{
    private const int Users = 6;
    private const int Steps = 150;

    [Fact]
    public void Parties_are_what_the_model_says()
    {
        var accepted = 0;
        Seeds.CheckSeeds(40, seed => accepted += Run(seed));

        // Otherwise the model agrees about nothing much.
        Assert.InRange(accepted, 50, int.MaxValue);
    }

    private static int Run(int seed)
    {
        var accepted = 0;
        var random = new Random(seed);
        using var gateway = Partying.Gateway(shards: 3, seed: seed);
        var model = new PartyModel(gateway.Time);
        var sessions = new Dictionary<string, List<TestClient>>();
        for (var i = 0; i < Users; i++)
        {
            sessions[$"u{i}"] = [gateway.Connect($"u{i}")];
        }

        for (var step = 0; step < Steps; step++)
        {
            var (user, other) = ($"u{random.Next(Users)}", $"u{random.Next(Users)}");
            var client = sessions[user].Count > 0 ? sessions[user][random.Next(sessions[user].Count)] : null;
            switch (random.Next(18))
            {
                case 0:
                    sessions[user].Add(gateway.Connect(user));
                    break;
                case 1 when client is not null:
                    client.Vanish();
                    sessions[user].Remove(client);
                    if (sessions[user].Count == 0)
                    {
                        model.Gone(user);
                    }

                    break;
                case 2 or 3:
                    gateway.Advance(16 * random.Next(1, 200));
                    break;
                case var act when client is not null:
                    var (type, data, expected) = model.Act(act, user, other, random);
                    Assert.True(expected == client.Party(type, data), $"step {step}: {user} {type} {data}: {expected}");
                    accepted += (type, expected) == ("accept", "ack") ? 1 : 0;
                    if ((type, expected) == ("create", "ack"))
                    {
                        model.Name(user, client.Envelopes.Last(envelope => envelope.Name == "party.update").String("party"));
                    }

                    break;
            }

            model.Expire();
            foreach (var (name, clients) in sessions)
            {
                foreach (var session in clients)
                {
                    Assert.True(model.StateOf(name) == session.State(), $"step {step}: {name} sees \"{session.State()}\", not \"{model.StateOf(name)}\"");
                    Assert.Equal(model.StateOf(name) == "none" ? 0 : 1, session.Session.Rooms.Count);
                }
            }
        }

        return accepted;
    }

    [Fact]
    public void Of_many_who_accept_at_once_as_many_come_in_as_there_are_places() => Seeds.CheckSeeds(10, seed =>
    {
        using var gateway = Partying.Gateway(shards: 4, seed: seed, party: party => party with { MaxSize = 4, MaxInvites = 8 });
        var alice = gateway.Together("alice")[0];
        var id = alice.Envelopes.Last(envelope => envelope.Name == "party.update").String("party");
        var guests = Enumerable.Range(0, 8).Select(i => gateway.Connect($"guest{i}")).ToArray();
        Array.ForEach(guests, guest => alice.Invite(guest.User));
        gateway.RunsAtOnce = false;
        var book = gateway.Tenant.Parties;
        var entered = 0;

        Parallel.ForEach(guests, guest =>
        {
            if (book.Accept(guest.Session, id, out _).Code == Protocol.ErrorCode.None)
            {
                Interlocked.Increment(ref entered);
            }
        });
        gateway.RunUntilIdle();

        Assert.Equal(3, entered);
        Assert.Equal(4, gateway.Tenant.Registry.FindRoom("party:" + id)!.UserCount);
        Assert.All(guests.Where(guest => guest.State() != "none"), guest => Assert.Equal(alice.State(), guest.State()));
    });

    [Fact]
    public void Whatever_happens_at_once_all_members_see_one_party_and_its_versions_in_order() => Seeds.CheckSeeds(10, seed =>
    {
        using var gateway = Partying.Gateway(shards: 4, seed: seed, party: party => party with { MaxSize = 5, MaxInvites = 8, MaxInvitesPerUser = 8 });
        var party = gateway.Together("a", "b", "c", "d");
        var id = party[0].Envelopes.Last(envelope => envelope.Name == "party.update").String("party");
        gateway.RunsAtOnce = false;
        var book = gateway.Tenant.Parties;

        Parallel.For(0, 4, worker =>
        {
            var random = new Random((seed * 100) + worker);
            var session = party[worker].Session;
            for (var i = 0; i < 300; i++)
            {
                var other = party[random.Next(4)].User;
                _ = random.Next(7) switch
                {
                    0 => book.Leave(session),
                    1 => book.Promote(session, other),
                    2 => book.Kick(session, other),
                    3 => book.Ready(session, random.Next(2) == 0),
                    4 => book.Invite(session, other),
                    5 => book.Create(session, out _),
                    _ => book.Accept(session, id, out _),
                };
            }
        });
        gateway.RunUntilIdle();

        foreach (var client in party)
        {
            var state = client.State();
            var mates = party.Where(other => state.Split(' ').Any(word => word.TrimEnd('*', '+', '-') == other.User)).ToArray();
            Assert.All(mates, mate => Assert.Equal(state, mate.State()));
            Assert.Equal(state == "none" ? 0 : 1, client.Session.Rooms.Count);
            var updates = client.Envelopes.Where(envelope => envelope.Name == "party.update").GroupBy(envelope => envelope.String("party"));
            Assert.All(updates, versions => Assert.Equal(versions.Select(update => update.Number("version")).Order(), versions.Select(update => update.Number("version"))));
        }
    });
}
