using System.Buffers.Binary;
using System.Globalization;
using WsPrism.Gateway.Tests.Support;
using WsPrism.Transports.EventLoops;

namespace WsPrism.Gateway.Tests.Transport;

/// <summary>
/// The ledger, the order within each class and the last state of every key (PROTOCOL §5), over real sockets: publishers at full speed, receivers that nap,
/// leave, come back and vanish. The in-memory twin, exact to the step, is <c>LedgerProperties</c> of the core.
/// </summary>
public abstract class LedgerOverSocketsTests(Wire wire)
{
    private const int Rounds = 60;
    private const int Keys = 4;
    private static readonly string[] Classes = ["control", "hot_reliable", "hot_lossy", "ext"];
    private static readonly byte[] Padding = new byte[600];

    public sealed class OverWebSocket() : LedgerOverSocketsTests(Wire.WebSocket);

    public sealed class OverTcp() : LedgerOverSocketsTests(Wire.Tcp);

    [Theory]
    [InlineData("epoll", 0)]
    [InlineData("epoll", 100)]
    [InlineData("io_uring", 0)]
    [InlineData("io_uring", 100)]
    [InlineData("portable", 0)]
    [InlineData("portable", 100)]
    public async Task Every_message_has_its_fate_and_every_receiver_the_last_state(string io, int tickHz)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || io == "portable", "The loops are built on epoll.");
        Assert.SkipUnless(io != "io_uring" || IoUring.Probe() is null, "io_uring may not be used here.");
        var config = new TestConfig()
            .Gateway("io", io)
            .Tenant("policy.slow_consumer", "drop_oldest")
            .Tenant("limits.outbound", "{ext_messages: 32, hot_max_keys: 64, hot_reliable_bytes: 100000000}")
            .Tenant("rooms", $$"""[{match: "r", hot: {tick_hz: {{tickHz}} } }]""");
        await using var gateway = await GatewayUnderTest.StartAsync(config, wire: wire);
        var random = new Random((io.Length * 1_000) + tickHz);
        var publishers = new List<Member>();
        var receivers = new List<Member>();
        for (var i = 0; i < 3; i++)
        {
            publishers.Add(await JoinAsync(gateway, $"load-p{i}", napMs: 0));
        }

        for (var i = 0; i < 8; i++)
        {
            receivers.Add(await JoinAsync(gateway, $"load-r{i}", napMs: i % 2 == 0 ? 0 : 3));
        }

        var publishing = Task.WhenAll(publishers.Select(publisher => publisher.PublishAsync(Rounds)));
        for (var i = 0; !publishing.IsCompleted; i++)
        {
            AssertBalanced(await gateway.MetricsAsync());
            var member = receivers[random.Next(receivers.Count)];
            switch (random.Next(6))
            {
                case 0:
                    receivers.Remove(member);
                    member.Vanish();
                    receivers.Add(await JoinAsync(gateway, string.Create(CultureInfo.InvariantCulture, $"load-n{i}"), napMs: random.Next(2) * 3, isLate: true));
                    break;
                case 1:
                    await member.LeaveAndComeBackAsync();
                    break;
            }
        }

        await publishing;
        var everybody = publishers.Concat(receivers).ToArray();
        foreach (var member in everybody)
        {
            member.WakeUp();
        }

        // What a publisher says last must not be pushed out by what another said before: the gateway has read all of it by then, and nobody is behind.
        await UntilAsync(gateway, metrics => metrics.Sum("wsprism_messages_total", ("tenant", "acme"), ("lane", "hot"), ("direction", "in")) == 3 * Rounds * 21
            && Classes.All(cls => Value(metrics, "wsprism_queue_messages", cls) == 0));
        foreach (var publisher in publishers)
        {
            await publisher.PublishLastAsync();
        }

        foreach (var member in everybody)
        {
            await Patience.UntilAsync(
                () => publishers.All(publisher => publisher == member || member.HasLastOf(publisher)),
                $"{member.Name} gets the last state of every key and the last message");
        }

        await UntilAsync(gateway, metrics => Classes.All(cls => Value(metrics, "wsprism_queue_messages", cls) == 0));
        AssertBalanced(await gateway.MetricsAsync());
        Assert.All(everybody, member => member.AssertOrder());
        Assert.All(everybody, member => member.Vanish());
    }

    private static async Task<Member> JoinAsync(GatewayUnderTest gateway, string ticket, int napMs, bool isLate = false)
    {
        var client = await gateway.ConnectAsync(ticket, receiveBuffer: napMs > 0 ? 4_096 : 0);
        await client.JoinAsync("r");
        return new Member(ticket, client, napMs, isLate);
    }

    private static Task UntilAsync(GatewayUnderTest gateway, Func<Metrics, bool> condition) =>
        Patience.UntilAsync(async () => condition(await gateway.MetricsAsync()), "the gateway has handled everything");

    private static void AssertBalanced(Metrics metrics) => Assert.All(Classes, cls => Assert.Equal(
        Value(metrics, "wsprism_ledger_accepted_total", cls), Value(metrics, "wsprism_ledger_total", cls) + Value(metrics, "wsprism_queue_messages", cls)));

    private static double Value(Metrics metrics, string name, string cls) => metrics.Sum(name, ("tenant", "acme"), ("class", cls));

    /// <summary>A client whose frames are read by a task of its own, which alone touches what it notes down.</summary>
    private sealed class Member
    {
        private const byte States = 1;
        private const byte Reliables = 2;

        private readonly GatewayClient _client;
        private readonly Dictionary<uint, int> _states = [];
        private readonly Dictionary<uint, int> _reliables = [];
        private readonly Dictionary<string, int> _chats = [];
        private readonly List<string> _wrong = [];
        private readonly Task _reading;
        private volatile int _napMs;
        private volatile bool _hasVanished;
        private int _chatsMissed;
        private int _chatsDropped;

        // Was not in the room all the time, so that gaps are no loss.
        private bool _missedSome;
        private int _sent;

        public Member(string name, GatewayClient client, int napMs, bool isLate)
        {
            _missedSome = isLate;
            Name = name;
            _client = client;
            _napMs = napMs;
            _reading = Task.Run(ReadAsync);
        }

        public string Name { get; }

        public async Task PublishAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0u; i < 20; i++)
                {
                    await SendStateAsync(i % Keys);
                }

                await SendReliableAsync();
                await SendChatAsync();
            }
        }

        public async Task PublishLastAsync()
        {
            for (var key = 0u; key < Keys; key++)
            {
                await SendStateAsync(key);
            }

            await SendReliableAsync();
            await SendChatAsync();
        }

        public bool HasLastOf(Member publisher)
        {
            lock (_wrong)
            {
                // The last six that it sent: a state for each key, a reliable frame, a chat message.
                var last = publisher._sent;
                return Enumerable.Range(0, Keys).All(key => _states.GetValueOrDefault(publisher.KeyOf((uint)key)) == last - Keys - 1 + key)
                    && _reliables.GetValueOrDefault(publisher._client.Handle) == last - 1
                    && _chats.GetValueOrDefault(publisher.Name) == last;
            }
        }

        public async Task LeaveAndComeBackAsync()
        {
            lock (_wrong)
            {
                _missedSome = true;
            }

            await _client.SendTextAsync("""{"svc":"room","type":"leave","room":"r"}""");
            await _client.SendTextAsync("""{"svc":"room","type":"join","room":"r"}""");
        }

        public void WakeUp() => _napMs = 0;

        public void Vanish()
        {
            _hasVanished = true;
            _client.Dispose();
        }

        public void AssertOrder()
        {
            lock (_wrong)
            {
                Assert.Empty(_wrong);
                if (!_missedSome)
                {
                    Assert.Equal(_chatsDropped, _chatsMissed);
                }
            }
        }

        private Task SendStateAsync(uint key)
        {
            var frame = Frame(States, flags: 0x04, 4);

            // KEY alone says whose state it is, so each publisher has keys of its own.
            BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(3), KeyOf(key));
            return _client.SendBinaryAsync(frame);
        }

        private uint KeyOf(uint index) => (_client.Handle * Keys) + index;

        private Task SendReliableAsync() => _client.SendBinaryAsync(Frame(Reliables, flags: 0x20, 0));

        private Task SendChatAsync() => _client.SendTextAsync(string.Create(
            CultureInfo.InvariantCulture, $$$"""{"svc":"chat","type":"send","data":{"msg":"{{{Name}}}:{{{++_sent}}}:{{{new string('.', Padding.Length)}}}"}}"""));

        private byte[] Frame(byte opcode, byte flags, int fields)
        {
            byte[] frame = [1, opcode, flags, .. new byte[fields + 4], .. Padding];
            BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(3 + fields), ++_sent);
            return frame;
        }

        private async Task ReadAsync()
        {
            try
            {
                while (true)
                {
                    var frame = await _client.ReadAsync();
                    lock (_wrong)
                    {
                        Note(frame);
                    }

                    if (_napMs > 0)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(_napMs), TimeProvider.System, CancellationToken.None);
                    }
                }
            }
            catch (Exception exception)
            {
                lock (_wrong)
                {
                    if (!_hasVanished)
                    {
                        _wrong.Add(exception.ToString());
                    }
                }
            }
        }

        private void Note(ServerFrame frame)
        {
            if (frame.IsClose)
            {
                _wrong.Add(frame.ToString());
            }
            else if (frame.IsBinary)
            {
                NoteHot(frame.Payload);
            }
            else if (frame.IsText)
            {
                NoteEnvelope(frame.Json);
            }
        }

        private void NoteEnvelope(System.Text.Json.JsonElement envelope)
        {
            var type = envelope.GetProperty("type").GetString();
            if (type == "msg")
            {
                var parts = envelope.GetProperty("data").GetProperty("msg").GetString()!.Split(':');
                var number = int.Parse(parts[1], CultureInfo.InvariantCulture);
                var previous = _chats.GetValueOrDefault(parts[0]);
                if (number <= previous)
                {
                    _wrong.Add($"chat {number} of {parts[0]} after {previous}");
                }

                // A publisher numbers all that it sends: 22 a round, the last of them the chat message; the last chat comes six later.
                _chatsMissed += ChatsUpTo(number) - ChatsUpTo(previous) - 1;
                _chats[parts[0]] = number;
            }
            else if (type == "lagging")
            {
                _chatsDropped += envelope.GetProperty("data").GetProperty("dropped").GetInt32();
            }
        }

        private static int ChatsUpTo(int number) => number > Rounds * 22 ? Rounds + 1 : number / 22;

        private void NoteHot(ReadOnlySpan<byte> frame)
        {
            var flags = frame[2];
            if ((flags & 0x40) != 0)
            {
                var count = BinaryPrimitives.ReadUInt16LittleEndian(frame[3..]);
                var rest = frame[5..];
                for (; count > 0; count--)
                {
                    var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
                    NoteHot(rest.Slice(2, length));
                    rest = rest[(2 + length)..];
                }

                return;
            }

            // [svc_id][opcode][flags][KEY?][SENDER][number …]
            var position = 3;
            var key = 0u;
            if ((flags & 0x04) != 0)
            {
                key = BinaryPrimitives.ReadUInt32LittleEndian(frame[position..]);
                position += 4;
            }

            var sender = BinaryPrimitives.ReadUInt32LittleEndian(frame[position..]);
            var number = BinaryPrimitives.ReadInt32LittleEndian(frame[(position + 4)..]);
            if (frame[1] == States)
            {
                Grow(_states, key, number, "state");
            }
            else
            {
                var previous = _reliables.GetValueOrDefault(sender);
                Grow(_reliables, sender, number, "reliable frame");
                if (previous != 0 && !_missedSome && number - previous is not (22 or 6))
                {
                    _wrong.Add($"reliable frame {number} of {sender} after {previous}: one is missing");
                }
            }
        }

        private void Grow(Dictionary<uint, int> last, uint key, int number, string what)
        {
            if (number <= last.GetValueOrDefault(key))
            {
                _wrong.Add($"{what} {number} of {key} after {last[key]}");
            }

            last[key] = number;
        }
    }
}
