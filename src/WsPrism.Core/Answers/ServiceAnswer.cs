using System.Text;
using System.Text.Json;
using WsPrism.Core.Dispatch;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Core.Answers;

/// <summary>
/// What a backend says to a message: <c>{"reply","error","publish","join","leave","kick","set_state"}</c>, all optional. Read strictly and whole before any of
/// it is done. Immutable; read on any thread, applied on the session's shard.
/// </summary>
internal sealed record ServiceAnswer
{
    /// <summary>The longest answer.</summary>
    public const int MaxBytes = 262_144;

    /// <summary>Publishes in one answer, each room of <c>rooms</c> one: what a shard does in one go for one message.</summary>
    public const int MaxPublishes = 64;

    /// <summary>Rooms in <c>join</c>, and in <c>leave</c>.</summary>
    public const int MaxRooms = 64;

    /// <summary>The longest text of an error and of a kick.</summary>
    public const int MaxTextBytes = 256;

    private static readonly string TooManyPublishes = $"must have at most {MaxPublishes} messages to publish, each room of rooms counted";

    private const string KickedByBackend = "backend";

    private ServiceAnswer()
    {
    }

    /// <summary>Accepts the message and does nothing else.</summary>
    public static ServiceAnswer Empty { get; } = new();

    /// <summary>The answer's data; null where it has none.</summary>
    public byte[]? Reply { get; private init; }

    /// <summary>Why the backend refuses the message; <see cref="ErrorCode.None"/> where it does not.</summary>
    public (ErrorCode Code, string Text) Error { get; private init; } = (ErrorCode.None, string.Empty);

    public IReadOnlyList<AnswerPublish> Publish { get; private init; } = [];

    public IReadOnlyList<byte[]> Join { get; private init; } = [];

    public IReadOnlyList<byte[]> Leave { get; private init; } = [];

    /// <summary>What the client is told when it is sent away; null where it stays.</summary>
    public string? KickReason { get; private init; }

    /// <summary>The session's state from now on, empty for none; null leaves it as it is.</summary>
    public byte[]? State { get; private init; }

    /// <summary>Reads an answer; <paramref name="problem"/> says what is wrong with one that is not good. Nothing is an answer too.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, in AnswerRules rules, out ServiceAnswer answer, out string problem) =>
        AnswerJson.TryRead(json, rules, Read, Empty, out answer, out problem);

    /// <summary>Does what the answer says; on the shard's thread, in the context of the message that it answers.</summary>
    public void Apply(IExtContext context)
    {
        var session = (Session)context.Session;
        if (State is not null)
        {
            context.SetState(State);
        }

        var refusal = Move(session);
        if (Publish.Count > 0)
        {
            var publisher = new ServerPublisher(session.Shard.Siblings);
            foreach (var publish in Publish)
            {
                publish.Publish(publisher, session.Tenant, (ExtContext)context);
            }
        }

        if (Error.Code != ErrorCode.None)
        {
            context.Fail(Error.Code, Error.Text);
        }
        else if (refusal != ErrorCode.None)
        {
            context.Fail(refusal, "A limit of the tenant kept the session out of a room.");
        }
        else if (Reply is not null)
        {
            context.BeginData().WriteRawValue(Reply, skipInputValidation: true);
            context.Answer();
        }

        if (KickReason is { } reason)
        {
            // After the answer, which is on its way when this is done.
            session.Shard.Post(() => session.Kick(reason));
        }
    }

    // Out first, so that a limit of rooms lets the session change from one to another.
    private ErrorCode Move(Session session)
    {
        foreach (var room in Leave)
        {
            if (!session.HasEnded && session.Rooms.Find(room) is { } membership)
            {
                session.Leave(membership);
            }
        }

        var refusal = ErrorCode.None;
        foreach (var room in Join)
        {
            if (!session.HasEnded && session.Rooms.Find(room) is null
                && session.Join(room, activate: session.ActiveRoom is null, byBackend: true) is not ErrorCode.None and var code)
            {
                refusal = code;
            }
        }

        return refusal;
    }

    /// <summary>The same and more to publish, before its own; a <paramref name="problem"/> where that is too much.</summary>
    public ServiceAnswer? With(IReadOnlyList<AnswerPublish> publishes, out string problem)
    {
        problem = string.Empty;
        if (publishes.Sum(publish => publish.Count) + Publish.Sum(publish => publish.Count) > MaxPublishes)
        {
            problem = TooManyPublishes;
            return null;
        }

        return this with { Publish = [.. publishes, .. Publish] };
    }

    /// <summary>Reads one entry of <c>publish</c> alone; null where it is not good.</summary>
    public static AnswerPublish? ReadPublish(ReadOnlyMemory<byte> json, in AnswerRules rules)
    {
        try
        {
            using var document = AnswerJson.Parse(json);
            return AnswerPublish.Read(document.RootElement, "publish", rules);
        }
        catch (AnswerException)
        {
            return null;
        }
    }

    /// <summary>Reads what is common to answers of services and of filters; which fields there may be was checked.</summary>
    internal static ServiceAnswer Read(Dictionary<string, JsonElement> fields, in AnswerRules rules)
    {
        if (fields.ContainsKey("reply") && fields.ContainsKey("error"))
        {
            throw AnswerJson.Wrong(string.Empty, "must not have both reply and error");
        }

        return new ServiceAnswer
        {
            Reply = fields.TryGetValue("reply", out var reply) ? ReadReply(reply, rules) : null,
            Error = fields.TryGetValue("error", out var error) ? ReadError(error) : (ErrorCode.None, string.Empty),
            Publish = ReadPublishes(fields, rules),
            Join = ReadRooms(fields, "join"),
            Leave = ReadRooms(fields, "leave"),
            KickReason = fields.TryGetValue("kick", out var kick) ? ReadKick(kick) : null,
            State = fields.TryGetValue("set_state", out var state) ? ReadState(state) : null,
        };
    }

    private static ServiceAnswer Read(JsonElement root, in AnswerRules rules) =>
        Read(AnswerJson.Fields(root, string.Empty, "reply", "error", "publish", "join", "leave", "kick", "set_state"), rules);

    private static byte[] ReadReply(JsonElement element, in AnswerRules rules)
    {
        var reply = AnswerJson.Raw(element, "reply");
        return reply.Length <= rules.MaxReplyBytes ? reply : throw AnswerJson.Wrong("reply", $"must not be longer than {rules.MaxReplyBytes} bytes");
    }

    private static (ErrorCode Code, string Text) ReadError(JsonElement element)
    {
        var fields = AnswerJson.Fields(element, "error", "code", "msg");
        var name = Encoding.UTF8.GetBytes(AnswerJson.Text(AnswerJson.Required(fields, "error", "code"), "error.code"));
        if (!ErrorCodeNames.TryParse(name, out var code))
        {
            throw AnswerJson.Wrong("error.code", "must be a code of the protocol, for example BAD_REQUEST");
        }

        return (code, fields.TryGetValue("msg", out var text) ? AnswerJson.Words(text, "error.msg", MaxTextBytes) : "The service refused the message.");
    }

    private static List<AnswerPublish> ReadPublishes(Dictionary<string, JsonElement> fields, in AnswerRules rules)
    {
        var (publishes, count) = (new List<AnswerPublish>(), 0);
        foreach (var (element, path) in AnswerJson.Items(fields, string.Empty, "publish"))
        {
            publishes.Add(AnswerPublish.Read(element, path, rules));
            count += publishes[^1].Count;
            if (count > MaxPublishes)
            {
                throw AnswerJson.Wrong(string.Empty, TooManyPublishes);
            }
        }

        return publishes;
    }

    private static List<byte[]> ReadRooms(Dictionary<string, JsonElement> fields, string name)
    {
        var rooms = new List<byte[]>();
        foreach (var (element, path) in AnswerJson.Items(fields, string.Empty, name))
        {
            rooms.Add(Encoding.UTF8.GetBytes(AnswerJson.Room(element, path)));
            if (rooms.Count > MaxRooms)
            {
                throw AnswerJson.Wrong(name, $"must have at most {MaxRooms} rooms");
            }
        }

        return rooms;
    }

    private static string ReadKick(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.True)
        {
            return KickedByBackend;
        }

        var fields = AnswerJson.Fields(element, "kick", "reason");
        return fields.TryGetValue("reason", out var reason) ? AnswerJson.Words(reason, "kick.reason", MaxTextBytes) : KickedByBackend;
    }

    private static byte[] ReadState(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var state = AnswerJson.Raw(element, "set_state");
        return state.Length <= Session.MaxStateBytes ? state : throw AnswerJson.Wrong("set_state", $"must not be longer than {Session.MaxStateBytes} bytes");
    }
}
