using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Market;

/// <summary>Writes a session's next envelopes about the market: one of values, one of what is stale, one of what is not any more. One a shard, owned by its thread.</summary>
internal sealed class MarketTexts
{
    /// <summary>What an envelope has beside one value: its fields, and the value's key, opcode and number.</summary>
    public const int BytesAround = 192;

    // Values of one envelope: enough for some hundred, and no more than a client reads in one go.
    private const int MaxBytes = 65_536;

    private readonly JsonScratch _values = new();
    private readonly JsonScratch _marks = new();
    private readonly List<uint> _stale = [];
    private readonly List<uint> _live = [];
    private int _maxBytes;
    private int _queueBytes;
    private bool _hasValues;

    /// <summary>Begins a session's envelopes; none may be longer than what the session's queue takes.</summary>
    public void Begin(int queueBytes)
    {
        _queueBytes = queueBytes;
        _maxBytes = Math.Min(MaxBytes, queueBytes);
        _hasValues = false;
        _stale.Clear();
        _live.Clear();
        var json = _values.Begin();
        json.WriteStartObject();
        json.WriteStartArray("values"u8);
    }

    /// <summary>Says whether the instrument is stale, where the client does not know it.</summary>
    public void AddMark(Subscription subscription)
    {
        if (subscription.Slice.IsStale != subscription.ToldStale)
        {
            subscription.ToldStale = subscription.Slice.IsStale;
            (subscription.ToldStale ? _stale : _live).Add(subscription.Slice.Key);
        }
    }

    /// <summary>Adds what is newer than what the client was told, the oldest first; false where not all of it fits beside the others.</summary>
    public bool TryAddValues(Subscription subscription)
    {
        var values = subscription.Slice.Values!;
        while (FindNext(values.All, subscription.ToldSeq) is var next and >= 0)
        {
            ref var value = ref values.All[next];
            var length = BytesAround + (value.IsJson ? value.Bytes.Length : (value.Bytes.Length + 2) / 3 * 4);
            if (_hasValues && _values.Json.BytesCommitted + _values.Json.BytesPending + length > _maxBytes)
            {
                return false;
            }

            // A reload may have left the queue with room for less than this one value: then it is passed over, or the client would be sent away.
            if (length <= _queueBytes)
            {
                _hasValues = true;
                Write(subscription.Slice.Key, ref value);
            }

            subscription.ToldSeq = value.Seq;
        }

        return true;
    }

    /// <summary>Sends what has been added.</summary>
    public void SendTo(Session session)
    {
        SendMarks(session, "stale"u8, _stale);
        SendMarks(session, "live"u8, _live);
        if (_hasValues)
        {
            _values.Json.WriteEndArray();
            _values.Json.WriteEndObject();
            Send(session, "update"u8, _values);
        }
    }

    private static int FindNext(Span<LastValue> values, uint? told)
    {
        var next = -1;
        for (var i = 0; i < values.Length; i++)
        {
            var isNews = told is { } seq ? SequenceNumber.IsNewer(values[i].Seq, seq) : !values[i].IsGone;
            if (isNews && (next < 0 || SequenceNumber.IsNewer(values[next].Seq, values[i].Seq)))
            {
                next = i;
            }
        }

        return next;
    }

    private void Write(uint key, ref LastValue value)
    {
        var json = _values.Json;
        json.WriteStartObject();
        json.WriteNumber("key"u8, key);
        json.WriteNumber("op"u8, value.Opcode);
        json.WriteNumber("seq"u8, value.Seq);
        if (value.IsGone)
        {
            // Neither: there is no value any more.
        }
        else if (value.IsJson)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(value.Bytes, skipInputValidation: true);
        }
        else
        {
            json.WriteBase64String("data_base64"u8, value.Bytes);
        }

        json.WriteEndObject();
    }

    private void SendMarks(Session session, ReadOnlySpan<byte> type, List<uint> keys)
    {
        if (keys.Count == 0)
        {
            return;
        }

        var json = _marks.Begin();
        json.WriteStartObject();
        json.WriteStartArray("keys"u8);
        foreach (var key in keys)
        {
            json.WriteNumberValue(key);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        Send(session, type, _marks);
    }

    private static void Send(Session session, ReadOnlySpan<byte> type, JsonScratch data) =>
        session.Enqueue(EnvelopeFrames.Encode(DeliveryClass.Ext, new OutboundEnvelope { Svc = "market"u8, Type = type, Data = data.Written }));
}
