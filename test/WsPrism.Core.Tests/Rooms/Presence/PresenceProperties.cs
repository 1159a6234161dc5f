using System.Text.Json;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.Presence;

/// <summary>
/// Users come, go, reconnect and change at random, on several shards in a random order. Every client that has read the members when it joined and has followed the
/// envelopes knows in the end who is there, and of who was there from the beginning each envelope's count is what it knows.
/// </summary>
public class PresenceProperties
{
    private const int Steps = 150;

    [Fact]
    public void Who_follows_knows_who_is_there() => Seeds.CheckSeeds(40, seed =>
    {
        var random = new Random(seed);
        using var gateway = Present.Gateway(shards: 3, seed: seed);
        var founder = new Follower(gateway, "founder", isFounder: true);
        var followers = new List<Follower> { founder };
        Advance(gateway, followers, steps: 10);
        for (var step = 0; step < Steps; step++)
        {
            Act(gateway, random, followers);
            if (random.Next(3) == 0)
            {
                Advance(gateway, followers, random.Next(1, 10));
            }
        }

        Advance(gateway, followers, steps: 200);
        var expected = founder.Client.Members().Order(StringComparer.Ordinal).ToArray();
        Assert.All(followers.Where(follower => follower.IsIn), follower => Assert.Equal(expected, follower.Known()));
        foreach (var follower in followers)
        {
            follower.CheckTimes();
        }
    });

    private static void Advance(TestGateway gateway, List<Follower> followers, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            gateway.Advance(16);
            followers.ForEach(follower => follower.Note());
        }
    }

    private static void Act(TestGateway gateway, Random random, List<Follower> followers)
    {
        var one = random.Next(followers.Count);
        switch (random.Next(6))
        {
            case 0 or 1:
                followers.Add(new Follower(gateway, $"u{random.Next(6)}", isFounder: false));
                break;
            case 2 when one > 0:
                followers[one].Client.Vanish();
                followers.RemoveAt(one);
                break;
            case 3 when one > 0 && followers[one].IsIn:
                followers[one].Leave();
                break;
            case 3 when one > 0:
                followers[one].Join();
                break;
            case 4 when followers[one].IsIn:
                followers[one].Client.Send("room", "state", $$"""{"state":{{random.Next(3)}}}""", Present.Room);
                break;
            default:
                break;
        }
    }

    // A client that does what docs/presence.md says.
    private sealed class Follower
    {
        private readonly TestGateway _gateway;
        private readonly bool _isFounder;
        private readonly Dictionary<string, string> _known = [];
        private readonly List<long> _times = [];
        private int _seen;

        public Follower(TestGateway gateway, string user, bool isFounder)
        {
            _gateway = gateway;
            _isFounder = isFounder;
            Client = gateway.Connect(user);
            Join();
        }

        public TestClient Client { get; }

        public bool IsIn { get; private set; }

        public void Join()
        {
            IsIn = true;
            Client.Send("room", "join", """{"members":true}""", Present.Room);
        }

        public void Leave()
        {
            Client.Leave(Present.Room);
            IsIn = false;
        }

        public string[] Known()
        {
            Note();
            return [.. _known.Values.Order(StringComparer.Ordinal)];
        }

        public void CheckTimes()
        {
            for (var i = 1; i < _times.Count; i++)
            {
                Assert.True(_times[i] - _times[i - 1] >= 100, $"two envelopes within {_times[i] - _times[i - 1]} ms");
            }
        }

        public void Note()
        {
            for (; _seen < Client.Received.Count; _seen++)
            {
                if (Client.Received[_seen].Kind == Core.Delivery.FrameKind.Text)
                {
                    Note(Client.Received[_seen].ToEnvelope());
                }
            }
        }

        private void Note(ReceivedEnvelope envelope)
        {
            if (envelope.Name == "sys.ack" && envelope.HasData)
            {
                _known.Clear();
                Learn(envelope.Data.GetProperty("members"));
            }
            else if (envelope.Svc == "presence")
            {
                _times.Add(_gateway.Time.NowMs);
                var users = envelope.Data.GetProperty("users");
                if (envelope.Type != "leave")
                {
                    Learn(users);
                }

                foreach (var user in users.EnumerateArray().Where(_ => envelope.Type == "leave"))
                {
                    _known.Remove(user.GetProperty("user").GetString()!);
                }

                if (_isFounder)
                {
                    Assert.Equal(_known.Count, envelope.Number("count"));
                }
            }
        }

        private void Learn(JsonElement users)
        {
            foreach (var user in users.EnumerateArray())
            {
                _known[user.GetProperty("user").GetString()!] = Present.Show(user);
            }
        }
    }
}
