using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// A client as PROTOCOL §6 wants one: it counts envelopes, resumes with its last token, sends again what was not acknowledged and its latest states, and keeps all that
/// it heard. It is impatient on a bad network: it gives up connections and tries again while the ones before are still on their way. A loop of its own reads; what it
/// hears belongs to that loop, and may be read by others when it has ended. What it sends is guarded by a lock.
/// </summary>
internal sealed class ResumingClient(Wire wire, string address, int number, string room, FaultNetwork? network) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Random _random = new((network?.Seed ?? 0) + number);
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Statement> _unanswered = [];
    private readonly SortedDictionary<uint, uint> _states = [];
    private ClientSender? _sender;
    private uint _calls;
    private volatile bool _isInRoom;
    private volatile bool _hasEnded;
    private string? _token;
    private string? _epoch;

    public int Number => number;

    /// <summary>All that it was told to say.</summary>
    public List<Statement> Statements { get; } = [];

    public ClientHearing Hearing { get; } = new();

    /// <summary>What others have shown: the latest value of each key, and how often an older one came behind it.</summary>
    public HotView View { get; } = new();

    public int Resumes { get; private set; }

    /// <summary>True once the gateway has said so, in its latest session.</summary>
    public bool IsInRoom => _isInRoom;

    /// <summary>Messages without an answer.</summary>
    public int Unanswered
    {
        get
        {
            lock (_gate)
            {
                return _unanswered.Count;
            }
        }
    }

    /// <summary>True where the last message of another has come.</summary>
    public bool HasHeardAllOf(ResumingClient other) => Hearing.LastOf(other.Number) == other.Statements.Count - 1;

    /// <summary>Sends a message with its number, and so many bytes more, until it is answered.</summary>
    public void Say(int padding)
    {
        lock (_gate)
        {
            var id = Statements.Count;
            var statement = new Statement(id, $$$"""{"svc":"chat","type":"send","room":"{{{room}}}","data":{"msg":"{{{id}}} {{{new string('x', padding)}}}"},"id":{{{id}}}}""");
            Statements.Add(statement);
            _unanswered.Add(id, statement);
            Post([statement]);
        }
    }

    /// <summary>Shows a newer state of one of its keys, and shows it again with every connection.</summary>
    public void Show(uint key)
    {
        lock (_gate)
        {
            var value = _states[key] = _states.GetValueOrDefault(key) + 1;
            _sender?.Send(HotFrames.State(key, value));
        }
    }

    /// <summary>Sends the next reliable Hot frame, once, if there is a connection.</summary>
    public void Call()
    {
        lock (_gate)
        {
            _sender?.Send(HotFrames.Call((uint)number, ++_calls));
        }
    }

    /// <summary>True where it has the latest state of each of another's keys.</summary>
    public bool SeesAllOf(ResumingClient other)
    {
        lock (other._gate)
        {
            return other._states.All(state => View[state.Key] == state.Value);
        }
    }

    /// <summary>Stays connected until it is disposed of.</summary>
    public async Task RunAsync()
    {
        while (!_hasEnded)
        {
            try
            {
                (string, long)? resume = _token is null ? null : (_token, Hearing.Position);
                using var connection = await GatewayClient.KnockAsync(wire, address, "acme", $"load-{number}", resume: resume);
                await using var patience = LosePatience(connection);
                await connection.OpenedAsync();
                await ReadAsync(connection);
            }
            catch (Exception exception) when (exception is SocketException or EndOfStreamException or ObjectDisposedException or OperationCanceledException)
            {
                // The wire.
            }

            SetSender(null);
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _hasEnded = true;
        lock (_gate)
        {
            _sender?.Break();
        }
    }

    // Most connections are given their time, and all on a good network.
    private ITimer LosePatience(GatewayClient connection)
    {
        var after = network is not null && _random.Next(4) == 0 ? TimeSpan.FromMilliseconds(_random.Next(1, 100)) : Timeout.InfiniteTimeSpan;
        return TimeProvider.System.CreateTimer(_ => GiveUp(), null, after, Timeout.InfiniteTimeSpan);

        void GiveUp()
        {
            if (!network!.IsHealed)
            {
                connection.Dispose();
            }
        }
    }

    private async Task ReadAsync(GatewayClient connection)
    {
        var sender = new ClientSender(connection);
        while (!_hasEnded)
        {
            var frame = await connection.ReadAsync();
            if (frame.IsClose)
            {
                return;
            }

            if (frame.IsText)
            {
                OnEnvelope(frame.Json, sender);
            }
            else if (frame.IsBinary)
            {
                View.Take(frame.Payload);
            }
            else if (frame.Opcode == ClientFrame.Ping)
            {
                lock (_gate)
                {
                    sender.Send(new ClientFrame(ClientFrame.Pong, frame.Payload));
                }
            }
        }
    }

    private void OnEnvelope(JsonElement envelope, ClientSender sender)
    {
        if (envelope.GetProperty("svc").GetString() != "sys")
        {
            Hearing.Take(envelope);
            return;
        }

        switch (envelope.GetProperty("type").GetString())
        {
            case "authed":
                Begin(envelope.GetProperty("data"));
                SetSender(sender);
                break;
            case "resumed":
                Resumes++;
                TakeToken(envelope.GetProperty("data"));
                SetSender(sender);
                break;
            case "joined":
                _epoch = envelope.GetProperty("data").TryGetProperty("epoch", out var epoch) ? epoch.GetString() : null;
                _isInRoom = true;
                break;
            case "ack":
                OnAcknowledged(envelope.GetProperty("id").GetInt32());
                break;
            case "error":
                Hearing.Errors.Add(envelope.ToString());
                break;
        }
    }

    // A new session: what was on its way in the one before is in doubt.
    private void Begin(JsonElement data)
    {
        _isInRoom = false;
        TakeToken(data);
        Hearing.Begin(data);
        lock (_gate)
        {
            foreach (var statement in _unanswered.Values.Where(statement => statement.Fate == StatementFate.Sent).ToArray())
            {
                statement.Fate = StatementFate.Doubtful;
                _unanswered.Remove(statement.Number);
            }
        }
    }

    private void TakeToken(JsonElement data) => _token = data.GetProperty("resume").GetProperty("token").GetString();

    private void OnAcknowledged(int id)
    {
        lock (_gate)
        {
            if (_unanswered.Remove(id, out var statement))
            {
                statement.Fate = StatementFate.Acknowledged;
                statement.WindowMs = Hearing.WindowMs;
            }
        }
    }

    // From here on there is a connection, or none. A new one is given all that the gateway may not have.
    private void SetSender(ClientSender? sender)
    {
        lock (_gate)
        {
            _sender = sender;
            if (sender is null)
            {
                return;
            }

            if (!_isInRoom)
            {
                sender.Send(TextOf($$"""{"svc":"room","type":"join","room":"{{room}}","data":{{Since()}}}"""));
            }

            Post(_unanswered.Values);
            sender.Send(_states.Select(state => HotFrames.State(state.Key, state.Value)));
        }
    }

    // Where the room has a history, it goes on where this client was.
    private string Since() => _epoch is null ? "{}" : $$$"""{"since":{"epoch":"{{{_epoch}}}","offset":{{{Hearing.Offset}}}}}""";

    private void Post(IEnumerable<Statement> statements)
    {
        if (_sender is null)
        {
            return;
        }

        foreach (var statement in statements)
        {
            statement.Fate = StatementFate.Sent;
        }

        _sender.Send(statements.Select(statement => TextOf(statement.Text)));
    }

    private static ClientFrame TextOf(string text) => new(ClientFrame.Text, Encoding.UTF8.GetBytes(text));
}
