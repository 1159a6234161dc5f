using System.Text;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;

namespace WsPrism.Testing;

/// <summary>A client on the in-memory transport. What it does happens on its session's shard; unless <see cref="TestGateway.RunsAtOnce"/> is off, before the call returns.</summary>
internal sealed class TestClient
{
    private readonly TestGateway _gateway;
    private int _read;

    public TestClient(TestGateway gateway, Session session)
        : this(gateway, session, (MemoryConnection)session.Connection)
    {
    }

    public TestClient(TestGateway gateway, Session session, MemoryConnection connection)
    {
        _gateway = gateway;
        Session = session;
        Connection = connection;
    }

    public Session Session { get; }

    /// <summary>The latest token that this client was told; null where it was told none.</summary>
    public string? ResumeToken => Greeting.Data.TryGetProperty("resume", out var resume) ? resume.GetProperty("token").GetString() : null;

    /// <summary>Envelopes received on the session that are not the system's.</summary>
    public long Position => (Greeting.Type == "resumed" ? Greeting.Data.GetProperty("position").GetInt64() : 0) + Envelopes.Count(envelope => envelope.Svc != "sys");

    /// <summary>The first frame of the connection.</summary>
    public ReceivedEnvelope Greeting => Received[0].ToEnvelope();

    public MemoryConnection Connection { get; }

    public string User => Session.User;

    public uint Handle => Session.Handle;

    /// <summary>All frames so far.</summary>
    public IReadOnlyList<ReceivedFrame> Received => Connection.Received;

    /// <summary>All envelopes so far, read or not.</summary>
    public IEnumerable<ReceivedEnvelope> Envelopes => Received.Where(frame => frame.Kind == FrameKind.Text).Select(frame => frame.ToEnvelope());

    /// <summary>All Hot frames so far, read or not.</summary>
    public IEnumerable<ReceivedHot> HotFrames => Received.Where(frame => frame.Kind == FrameKind.Binary).Select(frame => frame.ToHot());

    /// <summary>All states so far, alone or in a BATCH, read or not.</summary>
    public IEnumerable<ReceivedHot> States => Received.Where(frame => frame.Kind == FrameKind.Binary).SelectMany(frame => frame.ToStates());

    /// <summary>The code of the close frame; null while there is none.</summary>
    public ushort? CloseCode => Received.LastOrDefault(frame => frame.Kind == FrameKind.Close)?.CloseCode;

    public bool IsClosed => Connection.IsClosed;

    /// <summary>Frames that came since the last call of a method that reads.</summary>
    public IReadOnlyList<ReceivedFrame> ReadAll()
    {
        var frames = Received.Skip(_read).ToArray();
        _read = Received.Count;
        return frames;
    }

    /// <summary>The envelopes among the frames that came since the last call of a method that reads; the others are passed over.</summary>
    public IReadOnlyList<ReceivedEnvelope> ReadEnvelopes() =>
        [.. ReadAll().Where(frame => frame.Kind == FrameKind.Text).Select(frame => frame.ToEnvelope())];

    /// <summary>The Hot frames among the frames that came since the last call of a method that reads; the others are passed over.</summary>
    public IReadOnlyList<ReceivedHot> ReadHot() =>
        [.. ReadAll().Where(frame => frame.Kind == FrameKind.Binary).Select(frame => frame.ToHot())];

    /// <summary>The states, alone or in a BATCH, that came since the last call of a method that reads; other frames are passed over.</summary>
    public IReadOnlyList<ReceivedHot> ReadStates() =>
        [.. ReadAll().Where(frame => frame.Kind == FrameKind.Binary).SelectMany(frame => frame.ToStates())];

    /// <summary>The next frame; throws where there is none.</summary>
    public ReceivedFrame Next() =>
        _read < Received.Count ? Received[_read++] : throw new InvalidOperationException($"Nothing more has come for {User}.");

    /// <summary>The next frame, which must be an envelope.</summary>
    public ReceivedEnvelope NextEnvelope() =>
        Next() is { Kind: FrameKind.Text } frame ? frame.ToEnvelope() : throw new InvalidOperationException("The next frame is no envelope.");

    /// <summary>The next frame, which must be a Hot frame.</summary>
    public ReceivedHot NextHot() =>
        Next() is { Kind: FrameKind.Binary } frame ? frame.ToHot() : throw new InvalidOperationException("The next frame is no Hot frame.");

    public TestClient SendText(string json) => SendText(Encoding.UTF8.GetBytes(json));

    public TestClient SendText(byte[] message) => Do(() => Connection.Session.OnText(message));

    /// <summary>Sends an envelope; <paramref name="data"/> and <paramref name="id"/> are JSON.</summary>
    public TestClient Send(string svc, string type, string? data = null, string? room = null, string? id = null)
    {
        var text = new StringBuilder($"{{\"svc\":\"{svc}\",\"type\":\"{type}\"");
        text.Append(room is null ? "" : $",\"room\":\"{room}\"");
        text.Append(data is null ? "" : $",\"data\":{data}");
        text.Append(id is null ? "" : $",\"id\":{id}");
        return SendText(text.Append('}').ToString());
    }

    public TestClient SendBinary(byte[] message) => Do(() => Connection.Session.OnBinary(message));

    public TestClient SendHot(in HotFrame frame) => SendBinary(Encode(frame));

    /// <summary>Sends a <c>game</c> or <c>echo</c> frame with a payload.</summary>
    public TestClient SendHot(byte svcId, byte opcode, params byte[] payload) => SendHot(new HotFrame { SvcId = svcId, Opcode = opcode, Payload = payload });

    public TestClient Join(string room, bool active = true) => Send("room", "join", active ? null : "{\"active\":false}", room);

    /// <summary>Joins a room and asks for less of it.</summary>
    public TestClient JoinAt(string room, double maxHz, bool active = true) =>
        Send("room", "join", FormattableString.Invariant($"{{\"max_hz\":{maxHz},\"active\":{(active ? "true" : "false")}}}"), room);

    public TestClient Leave(string? room = null) => Send("room", "leave", room: room);

    public TestClient Pong() => Do(() => Connection.Session.OnPong());

    public TestClient Ping(params byte[] payload) => Do(() => Connection.Session.OnPing(payload));

    public TestClient CloseGracefully(ushort code = 1000) => Do(() => Connection.Session.OnPeerClosing(code));

    /// <summary>The connection is gone without a word.</summary>
    public TestClient Vanish()
    {
        Session.Shard.Post(Connection.Close);
        return Settle();
    }

    /// <summary>Stops reading.</summary>
    public TestClient Stall()
    {
        Session.Shard.Post(() => (Connection.FrameCredit, Connection.ByteCredit) = (0, 0));
        return Settle();
    }

    /// <summary>Reads so much more; without arguments without end.</summary>
    public TestClient Grant(long frames = long.MaxValue, long bytes = long.MaxValue)
    {
        Session.Shard.Post(() => Connection.Grant(frames, bytes));
        return Settle();
    }

    public static byte[] Encode(in HotFrame frame)
    {
        var bytes = new byte[HotFrameWriter.GetLength(frame)];
        HotFrameWriter.Write(frame, bytes);
        return bytes;
    }

    private TestClient Do(Action input)
    {
        Session.Shard.Post(() =>
        {
            // As the transports: what comes after the end is thrown away.
            if (!Connection.Session.HasEnded && !Connection.IsClosed)
            {
                input();
            }
        });
        return Settle();
    }

    private TestClient Settle()
    {
        if (_gateway.RunsAtOnce)
        {
            _gateway.RunUntilIdle();
        }

        return this;
    }
}
