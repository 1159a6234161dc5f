using System.Buffers.Text;

namespace WsPrism.Protocol.Ext;

/// <summary>One pass over one message. It goes on after an error, to find the id that the error answer should carry.</summary>
internal ref struct EnvelopeScan
{
    public const int ScratchLength = IdSlot + EnvelopeRules.MaxIdLength;

    // A slot is as long as its longest value: text that does not fit is too long anyway.
    private const int SvcSlot = 0;
    private const int TypeSlot = SvcSlot + EnvelopeRules.MaxNameLength;
    private const int RoomSlot = TypeSlot + EnvelopeRules.MaxNameLength;
    private const int IdSlot = RoomSlot + EnvelopeRules.MaxRoomLength;
    private const int LongestField = 4;

    private readonly ReadOnlySpan<byte> _message;
    private readonly Span<byte> _scratch;
    private Fields _seen;

    // The value at hand: its token, quotes or brackets included, and what JsonSyntax says about it.
    private ReadOnlySpan<byte> _value;
    private JsonKind _kind;
    private bool _isEscaped;
    private int _levels;

    private ReadOnlySpan<byte> _svc;
    private ReadOnlySpan<byte> _type;
    private ReadOnlySpan<byte> _room;
    private ReadOnlySpan<byte> _data;
    private ReadOnlySpan<byte> _idToken;
    private ReadOnlySpan<byte> _idValue;
    private bool _idIsNumber;

    public EnvelopeScan(ReadOnlySpan<byte> message, Span<byte> scratch)
    {
        _message = message;
        _scratch = scratch;
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

    /// <summary>The first error in the message, or the missing field, or none.</summary>
    public ErrorCode Error { get; private set; }

    /// <summary>Scans the whole message. False where it is not one JSON object.</summary>
    public bool TryRun()
    {
        var at = JsonSyntax.SkipSpace(_message, 0);
        if (JsonSyntax.At(_message, at) != '{')
            return false;

        at = JsonSyntax.SkipSpace(_message, at + 1);
        at = JsonSyntax.At(_message, at) == '}' ? at + 1 : ReadFields(at);
        if (at < 0 || JsonSyntax.SkipSpace(_message, at) != _message.Length)
            return false;

        if ((_seen & (Fields.Svc | Fields.Type)) != (Fields.Svc | Fields.Type))
            Fail(ErrorCode.BadRequest);

        return true;
    }

    public readonly Envelope ToEnvelope() => new()
    {
        Svc = _svc,
        Type = _type,
        Room = _room,
        Data = _data,
        Id = new EnvelopeId { IsNumber = _idIsNumber, Value = _idValue, RawToken = _idToken }
    };

    // From the first name to behind the closing brace.
    private int ReadFields(int at)
    {
        while (true)
        {
            var name = at;
            at = JsonSyntax.SkipName(_message, at, out var nameEnd, out var isNameEscaped);
            if (at < 0)
                return JsonSyntax.Broken;

            var value = at;
            at = JsonSyntax.SkipValue(_message, at, out _kind, out _isEscaped, out _levels);
            if (at < 0)
                return JsonSyntax.Broken;

            _value = _message[value..at];
            ReadField(Identify(_message[(name + 1)..(nameEnd - 1)], isNameEscaped));

            at = JsonSyntax.SkipSpace(_message, at);
            switch (JsonSyntax.At(_message, at))
            {
                case (byte)',':
                    at = JsonSyntax.SkipSpace(_message, at + 1);
                    break;
                case (byte)'}':
                    return at + 1;
                default:
                    return JsonSyntax.Broken;
            }
        }
    }

    private void ReadField(Fields field)
    {
        if (field == Fields.None || (_seen & field) != 0)
        {
            Fail(ErrorCode.BadRequest);
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

    private static Fields Identify(ReadOnlySpan<byte> name, bool isEscaped)
    {
        if (!isEscaped)
            return FieldOf(name);

        Span<byte> text = stackalloc byte[LongestField];
        return JsonText.TryUnescape(name, text, out var length) ? FieldOf(text[..length]) : Fields.None;
    }

    private static Fields FieldOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 when name[0] == 'v' => Fields.V,
        2 when name.SequenceEqual("id"u8) => Fields.Id,
        3 when name.SequenceEqual("svc"u8) => Fields.Svc,
        4 when name.SequenceEqual("type"u8) => Fields.Type,
        4 when name.SequenceEqual("data"u8) => Fields.Data,
        4 when name.SequenceEqual("room"u8) => Fields.Room,
        _ => Fields.None
    };

    private void ReadVersion()
    {
        if (!IsInteger())
            Fail(ErrorCode.BadRequest);
        else if (_value is not [(byte)'1'])
            Fail(ErrorCode.UnsupportedVersion);
    }

    private void ReadName(int slot, ref ReadOnlySpan<byte> name)
    {
        if (TryGetText(slot, EnvelopeRules.MaxNameLength, out var text) && EnvelopeRules.IsName(text))
            name = text;
        else
            Fail(ErrorCode.BadRequest);
    }

    private void ReadRoom()
    {
        if (TryGetText(RoomSlot, EnvelopeRules.MaxRoomLength, out var text) && EnvelopeRules.IsRoom(text))
            _room = text;
        else
            Fail(ErrorCode.BadRequest);
    }

    private void ReadData()
    {
        _data = _value;

        // The envelope itself is the first level.
        if (_levels >= EnvelopeRules.MaxDepth)
            Fail(ErrorCode.BadRequest);
    }

    private void ReadId()
    {
        if (IsInteger() && Utf8Parser.TryParse(_value, out long number, out _))
        {
            _idIsNumber = true;
            _idValue = number == 0 ? "0"u8 : _value;
        }
        else if (TryGetText(IdSlot, EnvelopeRules.MaxIdLength, out var text) && text.Length is > 0 and <= EnvelopeRules.MaxIdLength)
        {
            _idValue = text;
        }
        else
        {
            Fail(ErrorCode.BadRequest);
            return;
        }

        _idToken = _value;
    }

    // An integer token: 1.0 and 1e0 are numbers of the same value, and not integers here.
    private readonly bool IsInteger() =>
        _kind == JsonKind.Number && _value.IndexOfAny(".eE"u8) < 0;

    private readonly bool TryGetText(int slot, int maxLength, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_kind != JsonKind.String)
            return false;

        text = _value[1..^1];
        if (!_isEscaped)
            return true;

        var target = _scratch.Slice(slot, maxLength);
        var fits = JsonText.TryUnescape(text, target, out var length);
        text = target[..length];
        return fits;
    }

    private void Fail(ErrorCode error)
    {
        if (Error == ErrorCode.None)
            Error = error;
    }
}
