using System.Buffers.Text;
using System.Text.Json;
using WsPrism.Protocol.Ext;

namespace WsPrism.Backend.Link;

/// <summary>What a worker's text message asks for.</summary>
internal enum LinkCommandKind : byte
{
    None,
    Credit,
    Answer,
    Publish,
    Drain,
}

/// <summary>
/// A worker's text message, read strictly: unknown, repeated, missing and mistyped fields are refused. Every span points into the message, and reading allocates
/// nothing. <c>frame_base64</c> is decoded where it stands.
/// </summary>
internal ref struct LinkCommand
{
    // The message, what answers and publishes nest in it, and an envelope's own depth.
    private const int MaxDepth = EnvelopeRules.MaxDepth + 4;

    private const int Op = 1 << 0;
    private const int Id = 1 << 1;
    private const int Requests = 1 << 2;
    private const int Frames = 1 << 3;
    private const int AnswerField = 1 << 4;
    private const int Credit = 1 << 5;
    private const int To = 1 << 6;
    private const int Message = 1 << 7;
    private const int FrameBase64 = 1 << 8;
    private const int ExceptField = 1 << 9;

    private int _seen;
    private Range _frame;
    private string? _problem;

    public LinkCommandKind Kind { get; private set; }

    /// <summary>The number of the request that is answered.</summary>
    public long RequestId { get; private set; }

    /// <summary>More requests that may be sent.</summary>
    public int RequestCredit { get; private set; }

    /// <summary>More Hot frames that may be sent.</summary>
    public int FrameCredit { get; private set; }

    /// <summary>The answer as it was written; empty where there is none.</summary>
    public ReadOnlySpan<byte> Answer { get; private set; }

    private LinkPublish _publish;

    public readonly LinkPublish Publish => _publish;

    /// <summary>Reads one; null, or what is wrong with it. What was read so far stays, so that a publish's receipt is known.</summary>
    public static string? TryRead(Span<byte> message, out LinkCommand command)
    {
        var reader = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = MaxDepth });
        var read = default(LinkCommand);
        string? problem;
        try
        {
            problem = read.ReadFields(ref reader, message);

            // Whatever follows the object is an exception.
            problem ??= reader.Read() ? "The message is not an object." : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is the reader's for a name or word with half of a surrogate pair.
            problem = "The message is not JSON, or too deep, or has half of a surrogate pair.";
        }

        problem ??= read.Check() ?? read.DecodeFrame(message);
        command = read;
        return problem;
    }

    private string? ReadFields(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> message)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "The message is not an object.";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader);
            if (field == 0)
            {
                return "The message has an unknown field.";
            }

            if ((_seen & field) != 0)
            {
                return "The message has a field twice.";
            }

            _seen |= field;
            reader.Read();
            if (!ReadField(field, ref reader, message))
            {
                return _problem ?? "A field of the message has the wrong type or is out of range.";
            }
        }

        return null;
    }

    private static int FieldOf(scoped ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("op"u8) ? Op
        : reader.ValueTextEquals("id"u8) ? Id
        : reader.ValueTextEquals("requests"u8) ? Requests
        : reader.ValueTextEquals("frames"u8) ? Frames
        : reader.ValueTextEquals("answer"u8) ? AnswerField
        : reader.ValueTextEquals("credit"u8) ? Credit
        : reader.ValueTextEquals("to"u8) ? To
        : reader.ValueTextEquals("message"u8) ? Message
        : reader.ValueTextEquals("frame_base64"u8) ? FrameBase64
        : reader.ValueTextEquals("except"u8) ? ExceptField
        : 0;

    private bool ReadField(int field, scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> message)
    {
        switch (field)
        {
            case Op:
                Kind = KindOf(ref reader);
                return Kind != LinkCommandKind.None;
            case Id:
                if (!TryNumber(ref reader, long.MaxValue, out var id))
                {
                    return false;
                }

                RequestId = _publish.Receipt = id;
                return true;
            case Requests or Credit:
                var canGrant = TryNumber(ref reader, LinkLimits.MaxUnanswered, out var requests);
                RequestCredit = (int)requests;
                return canGrant;
            case Frames:
                var canSend = TryNumber(ref reader, LinkLimits.MaxFrameCredit, out var frames);
                FrameCredit = (int)frames;
                return canSend;
            case AnswerField:
                Answer = Slice(ref reader, message);
                return true;
            case To:
                return ReadTo(ref reader, message);
            case Message:
                _publish.Op = LinkOp.Envelope;
                return ReadMessage(ref reader, message);
            case ExceptField:
                var isHandle = TryNumber(ref reader, uint.MaxValue, out var except);
                _publish.Except = (uint)except;
                return isHandle;
            default:
                _publish.Op = LinkOp.Frame;
                var start = (int)reader.TokenStartIndex + 1;
                _frame = start..(start + reader.ValueSpan.Length);
                return reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped;
        }
    }

    private static LinkCommandKind KindOf(scoped ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.String ? LinkCommandKind.None
        : reader.ValueTextEquals("publish"u8) ? LinkCommandKind.Publish
        : reader.ValueTextEquals("answer"u8) ? LinkCommandKind.Answer
        : reader.ValueTextEquals("credit"u8) ? LinkCommandKind.Credit
        : reader.ValueTextEquals("drain"u8) ? LinkCommandKind.Drain
        : LinkCommandKind.None;

    private static bool TryNumber(scoped ref Utf8JsonReader reader, long max, out long number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out number) && number >= 1 && number <= max;
    }

    // The whole value that begins here.
    private static ReadOnlySpan<byte> Slice(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> message)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return message[start..(int)reader.BytesConsumed];
    }

    // {"room"|"rooms"|"user"|"session"|"all"|"room_handle"|"session_handle": …}
    private bool ReadTo(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> message)
    {
        _problem = "to must have exactly one of room, rooms, user, session, all, room_handle and session_handle.";
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        _publish.Target =
            reader.ValueTextEquals("room"u8) ? LinkTarget.Room
            : reader.ValueTextEquals("rooms"u8) ? LinkTarget.Rooms
            : reader.ValueTextEquals("user"u8) ? LinkTarget.User
            : reader.ValueTextEquals("session"u8) ? LinkTarget.Session
            : reader.ValueTextEquals("all"u8) ? LinkTarget.All
            : reader.ValueTextEquals("room_handle"u8) ? LinkTarget.RoomHandle
            : reader.ValueTextEquals("session_handle"u8) ? LinkTarget.SessionHandle
            : LinkTarget.None;
        reader.Read();
        if (!ReadTarget(ref reader, message) || !reader.Read() || reader.TokenType != JsonTokenType.EndObject)
        {
            return false;
        }

        _problem = null;
        return true;
    }

    private bool ReadTarget(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> message)
    {
        switch (_publish.Target)
        {
            case LinkTarget.Room or LinkTarget.User or LinkTarget.Session:
                _publish.Name = reader.ValueSpan;
                _publish.IsNameEscaped = reader.ValueIsEscaped;
                return reader.TokenType == JsonTokenType.String;
            case LinkTarget.Rooms:
                var isArray = reader.TokenType == JsonTokenType.StartArray;
                _publish.Name = Slice(ref reader, message);
                return isArray;
            case LinkTarget.All:
                return reader.TokenType == JsonTokenType.True;
            case LinkTarget.RoomHandle or LinkTarget.SessionHandle:
                var isHandle = TryNumber(ref reader, uint.MaxValue, out var handle);
                _publish.Handle = (uint)handle;
                return isHandle;
            default:
                return false;
        }
    }

    // {"svc","type","data"?}
    private bool ReadMessage(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> message)
    {
        _problem = "message must be {\"svc\",\"type\",\"data\"?}.";
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.ValueTextEquals("svc"u8) ? 1 : reader.ValueTextEquals("type"u8) ? 2 : reader.ValueTextEquals("data"u8) ? 4 : 0;
            if (field == 0 || (seen & field) != 0)
            {
                return false;
            }

            seen |= field;
            reader.Read();
            if (field == 4)
            {
                _publish.Data = Slice(ref reader, message);
                continue;
            }

            // Names have nothing that needs an escape; one that has is none.
            if (reader.TokenType != JsonTokenType.String)
            {
                return false;
            }

            if (field == 1)
            {
                _publish.Svc = reader.ValueSpan;
            }
            else
            {
                _publish.Type = reader.ValueSpan;
            }
        }

        _publish.IsDataChecked = true;
        _problem = null;
        return (seen & 3) == 3;
    }

    private readonly string? Check()
    {
        var (required, allowed) = Kind switch
        {
            LinkCommandKind.Credit => (Op, Op | Requests | Frames),
            LinkCommandKind.Answer => (Op | Id, Op | Id | AnswerField | Credit),
            LinkCommandKind.Publish => (Op | To, Op | To | Id | Message | FrameBase64 | ExceptField),
            LinkCommandKind.Drain => (Op, Op),
            _ => (Op, 0),
        };
        if ((_seen & required) != required)
        {
            return "The message lacks a field that its op needs.";
        }

        if ((_seen & ~allowed) != 0)
        {
            return "The message has a field that its op does not have.";
        }

        return Kind == LinkCommandKind.Publish && (_seen & (Message | FrameBase64)) is 0 or (Message | FrameBase64)
            ? "A publish has either message or frame_base64."
            : null;
    }

    private string? DecodeFrame(Span<byte> message)
    {
        if ((_seen & FrameBase64) == 0)
        {
            return null;
        }

        // It is shorter than its text, and the text is not needed any more.
        var text = message[_frame];
        if (Base64.DecodeFromUtf8InPlace(text, out var length) != System.Buffers.OperationStatus.Done)
        {
            return "frame_base64 is not base64.";
        }

        _publish.Frame = text[..length];
        return null;
    }
}
