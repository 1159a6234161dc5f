using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WsPrism.Transports.WebSockets;

/// <summary>
/// Reads what a WebSocket client sends, RFC 6455 section 5: bytes in however they were chunked, whole messages out. It works in the bytes it
/// is given: they are unmasked in place, and a message that lies in them whole is handed on without a copy. Only the beginning of something
/// unfinished is kept, in a pooled buffer that goes back as soon as it is finished. Belongs to one thread at a time.
/// </summary>
internal sealed class WebSocketFrameParser : IDisposable
{
    private const int MaxControlPayload = 125;

    private readonly WebSocketMessageAssembler _message = new();
    private readonly bool _deflate;

    // The beginning of a header that was cut.
    private HeaderBytes _header;
    private int _headerLength;

    private WebSocketClientHeader _frame;
    private bool _inFrame;
    private int _frameReceived;
    private PooledBuffer _control;

    private bool _isReceiving;
    private bool _hasEnded;

    /// <summary>A parser for one connection; <paramref name="deflate"/> says whether permessage-deflate was negotiated.</summary>
    public WebSocketFrameParser(int maxMessageBytes, bool deflate)
    {
        _message.MaxMessageBytes = maxMessageBytes;
        _deflate = deflate;
    }

    /// <summary>The longest message, all fragments together and inflated; may change at any time and holds from the next frame on.</summary>
    public int MaxMessageBytes
    {
        get => _message.MaxMessageBytes;
        set => _message.MaxMessageBytes = value;
    }

    /// <summary>The pooled memory held now: 0 whenever nothing is unfinished.</summary>
    internal int RetainedBytes => _message.RetainedBytes + _control.Capacity;

    /// <summary>
    /// Reads on; <paramref name="bytes"/> are overwritten. What the sink is told does not depend on the chunking. After a close, an
    /// error or <see cref="Stop"/> everything is ignored.
    /// </summary>
    public void Received(Span<byte> bytes, IWebSocketFrameSink sink)
    {
        Debug.Assert(!_isReceiving, "The sink must not feed the parser that calls it.");
        _isReceiving = true;

        try
        {
            while (!_hasEnded && (_inFrame || TryBeginFrame(ref bytes, sink)))
            {
                var part = bytes[..(int)Math.Min(_frame.PayloadLength - _frameReceived, bytes.Length)];

                bytes = bytes[part.Length..];
                WebSocketMask.Apply(part, _frame.MaskKey, _frameReceived);
                _frameReceived += part.Length;

                if (_frameReceived < _frame.PayloadLength)
                {
                    Fail(Keep(part), sink);
                    return;
                }

                _inFrame = false;
                Fail(_frame.IsControl ? CompleteControl(part, sink) : CompleteData(part, sink), sink);
            }
        }
        finally
        {
            _isReceiving = false;

            if (_hasEnded)
                Release();
        }
    }

    private bool TryBeginFrame(ref Span<byte> bytes, IWebSocketFrameSink sink)
    {
        if (!TryReadHeader(ref bytes, out var failure))
        {
            Fail(failure, sink);
            return false;
        }

        failure = _frame.IsControl ? null : _message.Begin(_frame);
        Fail(failure, sink);

        _inFrame = failure is null;
        _frameReceived = 0;
        return _inFrame;
    }

    private bool TryReadHeader(ref Span<byte> bytes, out WebSocketFailure? failure)
    {
        if (_headerLength == 0 && WebSocketClientHeader.TryRead(bytes, _deflate, out _frame, out failure))
        {
            bytes = bytes[_frame.Length..];
            return true;
        }

        Span<byte> header = _header;
        var before = _headerLength;
        var added = Math.Min(bytes.Length, header.Length - before);

        bytes[..added].CopyTo(header[before..]);

        if (!WebSocketClientHeader.TryRead(header[..(before + added)], _deflate, out _frame, out failure))
        {
            _headerLength = before + added;
            return false;
        }

        // What was copied behind the header is payload and still stands in the bytes.
        bytes = bytes[(_frame.Length - before)..];
        _headerLength = 0;
        return true;
    }

    private WebSocketFailure? Keep(ReadOnlySpan<byte> part)
    {
        if (!_frame.IsControl)
            return _message.Keep(part);

        _control.Append(part, MaxControlPayload);
        return null;
    }

    private WebSocketFailure? CompleteData(Span<byte> part, IWebSocketFrameSink sink)
    {
        return _frame.IsFinal ? _message.Complete(part, sink) : _message.Keep(part);
    }

    private WebSocketFailure? CompleteControl(Span<byte> part, IWebSocketFrameSink sink)
    {
        if (_control.Length == 0)
            return DeliverControl(part, sink);

        try
        {
            _control.Append(part, MaxControlPayload);
            return DeliverControl(_control.Span, sink);
        }
        finally
        {
            _control.Release();
        }
    }

    private WebSocketFailure? DeliverControl(ReadOnlySpan<byte> payload, IWebSocketFrameSink sink)
    {
        switch (_frame.Opcode)
        {
            case WebSocketOpcode.Ping:
                sink.OnPing(payload);
                return null;
            case WebSocketOpcode.Pong:
                sink.OnPong(payload);
                return null;
        }

        var failure = WebSocketClosePayload.Read(payload, out var code, out var reason);

        if (failure is null)
        {
            _hasEnded = true;
            sink.OnClose(code, reason);
        }

        return failure;
    }

    private void Fail(WebSocketFailure? failure, IWebSocketFrameSink sink)
    {
        if (failure is null)
            return;

        _hasEnded = true;
        sink.OnError(failure.CloseCode, failure.Reason);
    }

    /// <summary>Ends it: nothing more is read or told. The sink may call it from a callback, whose span stays good until it returns.</summary>
    public void Stop()
    {
        _hasEnded = true;

        if (!_isReceiving)
            Release();
    }

    /// <inheritdoc cref="Stop"/>
    public void Dispose()
    {
        Stop();
    }

    private void Release()
    {
        _message.Reset();
        _control.Release();
    }

    [InlineArray(WebSocketClientHeader.MaxLength)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
