using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Fuzz.References;

/// <summary>
/// The envelope reader once more, on .NET's own JSON reader: slower, throwing, and written by somebody else where it matters. What it says about any bytes
/// is what <see cref="EnvelopeReader"/> must say.
/// </summary>
internal ref struct ReferenceEnvelopeScan
{
    public const int ScratchLength = IdSlot + EnvelopeRules.MaxIdLength;

    // A slot is as long as its longest value: text that does not fit is too long anyway.
    private const int SvcSlot = 0;
    private const int TypeSlot = SvcSlot + EnvelopeRules.MaxNameLength;
    private const int RoomSlot = TypeSlot + EnvelopeRules.MaxNameLength;
    private const int IdSlot = RoomSlot + EnvelopeRules.MaxRoomLength;
    private const int LongestField = 4;

    // MaxDepth is checked here rather than by the reader, so that a message a little too deep still gives up its id.
    private const int ReaderDepth = 1024;

    private readonly ReadOnlySpan<byte> _message;
    private readonly Span<byte> _scratch;
    private Utf8JsonReader _json;
    private Fields _seen;
    private ReadOnlySpan<byte> _svc;
    private ReadOnlySpan<byte> _type;
    private ReadOnlySpan<byte> _room;
    private ReadOnlySpan<byte> _data;
    private ReadOnlySpan<byte> _idToken;
    private ReadOnlySpan<byte> _idValue;
    private bool _idIsNumber;

    private ReferenceEnvelopeScan(ReadOnlySpan<byte> message, Span<byte> scratch)
    {
        _message = message;
        _scratch = scratch;
        _json = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = ReaderDepth });
    }

    [Flags]
    private enum Fields : byte
    {
        None = 0,
        V = 1,
        Svc = 2,
        Type = 4,
        Room = 8,
        Data = 16,
        Id = 32
    }

    /// <summary>Answers as <see cref="EnvelopeReader.TryRead"/>.</summary>
    public static ErrorCode TryRead(ReadOnlySpan<byte> message, Span<byte> scratch, out Envelope envelope)
    {
        envelope = default;
        var start = message.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || message[start] != '{' || !Utf8.IsValid(message))
            return ErrorCode.BadRequest;

        var scan = new ReferenceEnvelopeScan(message, scratch);
        try
        {
            scan.Run();
        }
        catch (JsonException)
        {
            return ErrorCode.BadRequest;
        }

        envelope = scan.ToEnvelope();
        return scan.Error;
    }

    private ErrorCode Error { get; set; }

    /// <summary>Scans the whole message, which starts with a brace. Throws <see cref="JsonException"/> where it is not JSON.</summary>
    private void Run()
    {
        _json.Read();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            ReadField();

        // Behind the closing brace only white space is left, or this throws.
        _json.Read();

        if ((_seen & (Fields.Svc | Fields.Type)) != (Fields.Svc | Fields.Type))
            Fail(ErrorCode.BadRequest);
    }

    private readonly Envelope ToEnvelope() => new()
    {
        Svc = _svc,
        Type = _type,
        Room = _room,
        Data = _data,
        Id = new EnvelopeId { IsNumber = _idIsNumber, Value = _idValue, RawToken = _idToken }
    };

    private void ReadField()
    {
        var field = IdentifyField();
        _json.Read();
        if (field == Fields.None || (_seen & field) != 0)
        {
            Fail(ErrorCode.BadRequest);
            SkipValue();
            return;
        }

        _seen |= field;
        switch (field)
        {
            case Fields.V:
                ReadVersion();
                break;
            case Fields.Svc:
                ReadName(SvcSlot, ref _svc);
                break;
            case Fields.Type:
                ReadName(TypeSlot, ref _type);
                break;
            case Fields.Room:
                ReadRoom();
                break;
            case Fields.Data:
                ReadData();
                break;
            default:
                ReadId();
                break;
        }
    }

    private readonly Fields IdentifyField()
    {
        if (!_json.ValueIsEscaped)
            return FieldOf(_json.ValueSpan);

        Span<byte> name = stackalloc byte[LongestField];
        return JsonText.TryUnescape(_json.ValueSpan, name, out var length) ? FieldOf(name[..length]) : Fields.None;
    }

    private static Fields FieldOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("svc"u8))
            return Fields.Svc;
        if (name.SequenceEqual("type"u8))
            return Fields.Type;
        if (name.SequenceEqual("room"u8))
            return Fields.Room;
        if (name.SequenceEqual("data"u8))
            return Fields.Data;
        if (name.SequenceEqual("id"u8))
            return Fields.Id;
        return name.SequenceEqual("v"u8) ? Fields.V : Fields.None;
    }

    private void ReadVersion()
    {
        if (!IsInteger())
            Refuse();
        else if (!_json.ValueSpan.SequenceEqual("1"u8))
            Fail(ErrorCode.UnsupportedVersion);
    }

    private void ReadName(int slot, ref ReadOnlySpan<byte> name)
    {
        if (TryGetText(slot, EnvelopeRules.MaxNameLength, out var text) && EnvelopeRules.IsName(text))
            name = text;
        else
            Refuse();
    }

    private void ReadRoom()
    {
        if (TryGetText(RoomSlot, EnvelopeRules.MaxRoomLength, out var text) && EnvelopeRules.IsRoom(text))
            _room = text;
        else
            Refuse();
    }

    private void ReadData()
    {
        var start = (int)_json.TokenStartIndex;
        SkipValue();
        _data = _message[start..(int)_json.BytesConsumed];
    }

    private void ReadId()
    {
        if (IsInteger() && Utf8Parser.TryParse(_json.ValueSpan, out long number, out _))
        {
            _idIsNumber = true;
            _idValue = number == 0 ? "0"u8 : _json.ValueSpan;
        }
        else if (TryGetText(IdSlot, EnvelopeRules.MaxIdLength, out var text) && text.Length is > 0 and <= EnvelopeRules.MaxIdLength)
        {
            _idValue = text;
        }
        else
        {
            Refuse();
            return;
        }

        _idToken = _message[(int)_json.TokenStartIndex..(int)_json.BytesConsumed];
    }

    // An integer token: 1.0 and 1e0 are numbers of the same value, and not integers here.
    private readonly bool IsInteger() =>
        _json.TokenType == JsonTokenType.Number && _json.ValueSpan.IndexOfAny(".eE"u8) < 0;

    private readonly bool TryGetText(int slot, int maxLength, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_json.TokenType != JsonTokenType.String)
            return false;

        text = _json.ValueSpan;
        if (!_json.ValueIsEscaped)
            return true;

        var target = _scratch.Slice(slot, maxLength);
        var fits = JsonText.TryUnescape(text, target, out var length);
        text = target[..length];
        return fits;
    }

    private void Refuse()
    {
        Fail(ErrorCode.BadRequest);
        SkipValue();
    }

    // Stops at the value's last token, having seen that it is well-formed and not too deep.
    private void SkipValue()
    {
        if (_json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;

        var depth = _json.CurrentDepth;
        do
        {
            // An opening token reports the level it stands on, which is one above its own.
            if (_json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && _json.CurrentDepth >= EnvelopeRules.MaxDepth)
                Fail(ErrorCode.BadRequest);
        }
        while (_json.Read() && _json.CurrentDepth > depth);
    }

    private void Fail(ErrorCode error)
    {
        if (Error == ErrorCode.None)
            Error = error;
    }
}
