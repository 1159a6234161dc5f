using System.Text.Unicode;

namespace WsPrism.Transports.WebSockets;

/// <summary>
/// Makes messages of data frames, RFC 6455 section 5.4: keeps the fragments of the one message that can be under way, holds it to the limit,
/// checks text as it comes in, and inflates.
/// </summary>
internal sealed class WebSocketMessageAssembler
{
    // An empty fragment keeps nothing and costs one header, but a message that never ends is seen by no limit that counts messages.
    public const int MaxEmptyFragments = 1024;

    private PooledBuffer _kept;
    private WebSocketOpcode _opcode;
    private bool _isCompressed;
    private int _validated;
    private int _emptyFragments;

    /// <summary>The longest message, after inflating. A frame already begun keeps the limit it began under.</summary>
    public int MaxMessageBytes { get; set; }

    public int RetainedBytes => _kept.Capacity;

    /// <summary>True between the first and the last frame of a message.</summary>
    private bool IsUnderWay => _opcode != WebSocketOpcode.Continuation;

    private bool ChecksText => _opcode == WebSocketOpcode.Text && !_isCompressed;

    private int Limit => _isCompressed ? MessageInflater.GetMaxCompressedBytes(MaxMessageBytes) : MaxMessageBytes;

    /// <summary>Judges a data frame by its header, before any of its payload is there.</summary>
    public WebSocketFailure? Begin(in WebSocketClientHeader frame)
    {
        if (frame.Opcode == WebSocketOpcode.Continuation)
        {
            if (!IsUnderWay)
                return WebSocketFailure.NothingToContinue;
        }
        else
        {
            if (IsUnderWay)
                return WebSocketFailure.MessageUnfinished;

            _opcode = frame.Opcode;
            _isCompressed = frame.IsCompressed;
        }

        if (!frame.IsFinal && frame.PayloadLength == 0 && ++_emptyFragments > MaxEmptyFragments)
            return WebSocketFailure.TooManyFragments;

        return frame.PayloadLength > Limit - _kept.Length ? WebSocketFailure.TooBig : null;
    }

    /// <summary>Keeps unmasked payload until the rest of the message is there.</summary>
    public WebSocketFailure? Keep(ReadOnlySpan<byte> part)
    {
        _kept.Append(part, Limit);
        return ChecksText && !IncrementalUtf8.TryAdvance(_kept.Span, ref _validated) ? WebSocketFailure.NotUtf8 : null;
    }

    /// <summary>Hands on the message that <paramref name="part"/> ends, and is ready for the next.</summary>
    public WebSocketFailure? Complete(Span<byte> part, IWebSocketFrameSink sink)
    {
        try
        {
            if (_kept.Length == 0)
                return Deliver(part, ChecksText && !Utf8.IsValid(part), sink);

            var failure = Keep(part);

            return failure ?? Deliver(_kept.Span, ChecksText && _validated < _kept.Length, sink);
        }
        finally
        {
            Reset();
        }
    }

    private WebSocketFailure? Deliver(Span<byte> message, bool isBroken, IWebSocketFrameSink sink)
    {
        if (isBroken)
            return WebSocketFailure.NotUtf8;

        if (_isCompressed)
            return DeliverInflated(message, sink);

        Hand(message, sink);
        return null;
    }

    private WebSocketFailure? DeliverInflated(ReadOnlySpan<byte> compressed, IWebSocketFrameSink sink)
    {
        var inflated = default(PooledBuffer);

        try
        {
            var status = MessageInflater.Inflate(compressed, MaxMessageBytes, ref inflated);

            if (status != InflateStatus.Inflated)
                return status == InflateStatus.TooBig ? WebSocketFailure.TooBig : WebSocketFailure.NotInflatable;

            if (_opcode == WebSocketOpcode.Text && !Utf8.IsValid(inflated.Span))
                return WebSocketFailure.NotUtf8;

            Hand(inflated.Span, sink);
            return null;
        }
        finally
        {
            inflated.Release();
        }
    }

    private void Hand(Span<byte> message, IWebSocketFrameSink sink)
    {
        if (_opcode == WebSocketOpcode.Text)
            sink.OnText(message);
        else
            sink.OnBinary(message);
    }

    /// <summary>Forgets the message under way and gives its buffer back.</summary>
    public void Reset()
    {
        _kept.Release();
        _opcode = WebSocketOpcode.Continuation;
        _isCompressed = false;
        _validated = 0;
        _emptyFragments = 0;
    }
}
