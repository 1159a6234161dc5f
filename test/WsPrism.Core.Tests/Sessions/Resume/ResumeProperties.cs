using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Testing;
using static WsPrism.Core.Tests.Sessions.Resume.Resumable;

namespace WsPrism.Core.Tests.Sessions.Resume;

public sealed class ResumeProperties
{
    private const int Receivers = 6;

    /// <summary>
    /// Clients whose wires stall and break at any moment, on several shards in any order, and that come back with what they really got: a client has lost the last few
    /// frames that its wire took, its first one too. Each receives every message once and in order.
    /// </summary>
    [Fact]
    public void Every_envelope_reaches_every_receiver_once_and_in_order() => Seeds.CheckSeeds(150, seed =>
    {
        var random = new Random(seed);
        using var gateway = Gateway(
            shards: 1 + random.Next(3), seed: seed, tenant: tenant => tenant with { Limits = tenant.Limits with { Outbound = new OutboundConfig { ExtMessages = 1 + random.Next(30) } } });
        var alice = gateway.ConnectTo("lobby", "alice");
        var receivers = Enumerable.Range(0, Receivers).Select(i => new Receiver(gateway, random, $"r{i}")).ToArray();
        var said = 0;
        for (var i = 0; i < 200; i++)
        {
            var receiver = receivers[random.Next(Receivers)];
            switch (random.Next(8))
            {
                case 0:
                    receiver.Drop();
                    break;
                case 1:
                    receiver.ComeBack();
                    break;
                case 2:
                    receiver.Client.Connection.FrameCredit = Math.Min(receiver.Client.Connection.FrameCredit, random.Next(4));
                    break;
                case 3 when !receiver.IsDown:
                    receiver.Client.Grant();
                    break;
                case 4 when !receiver.IsDown:
                    receiver.Pong();
                    break;
                default:
                    alice.Say($"{said++}");
                    break;
            }

            Frames.AssertBalanced(gateway.Ledger());
        }

        foreach (var receiver in receivers)
        {
            receiver.Drop();
            receiver.ComeBack();
            receiver.Client.Grant();
            receiver.Take(keepAll: true);
            Assert.Equal(Enumerable.Range(0, said).Select(number => $"{number}"), receiver.Heard);
        }

        Frames.AssertBalanced(gateway.Ledger());
        Assert.Equal(0, gateway.Ledger().Queued(DeliveryClass.Ext));
        Assert.Equal(said * (Receivers + 1), gateway.Ledger().Count(DeliveryClass.Ext, Fate.Delivered));
    });

    // What the client knows: the frames that arrived, and the last token among them.
    private sealed class Receiver
    {
        private readonly TestGateway _gateway;
        private readonly Random _random;
        private string _token;
        private bool _isTaken;
        private int _certain;

        public Receiver(TestGateway gateway, Random random, string user)
        {
            _gateway = gateway;
            _random = random;
            Client = gateway.ConnectTo("lobby", user);
            _token = Client.ResumeToken!;
        }

        public TestClient Client { get; private set; }

        public List<string> Heard { get; } = [];

        public bool IsDown => Client.IsClosed;

        public void Drop()
        {
            if (!IsDown && _random.Next(4) > 0)
            {
                Client.Vanish();
            }
        }

        // Who answers a ping has what was sent before it.
        public void Pong()
        {
            if (Client.Received.Any(frame => frame.Kind == FrameKind.Ping))
            {
                _certain = Client.Received.Count;
                Client.Pong();
            }
        }

        public void ComeBack()
        {
            Take(keepAll: false);
            var former = Client;
            Client = _gateway.Resume(Client, _token, Heard.Count, setUp: connection => connection.FrameCredit = _random.Next(3) > 0 ? long.MaxValue : _random.Next(12));
            _isTaken = false;
            Assert.Same(former.Session, Client.Session);
        }

        // The connection is over for the client: the rest of what its wire took never arrived.
        public void Take(bool keepAll)
        {
            if (_isTaken)
            {
                return;
            }

            _isTaken = true;
            var count = keepAll ? Client.Received.Count : Math.Max(_certain, Client.Received.Count - _random.Next(6));
            _certain = 0;
            var arrived = Client.Received.Take(count).Where(frame => frame.Kind == FrameKind.Text).Select(frame => frame.ToEnvelope()).ToArray();
            foreach (var envelope in arrived)
            {
                if (envelope.Name is "sys.authed" or "sys.resumed")
                {
                    _token = envelope.Data.GetProperty("resume").GetProperty("token").GetString()!;
                }
                else if (envelope.Svc != "sys")
                {
                    Heard.Add(envelope.String("msg"));
                }
            }
        }
    }
}
