using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace WsPrism.Transports.Tcp;

/// <summary>
/// Reads what a TCP client sends behind its first line: bytes in however they were cut, whole frames out. A frame that lies whole in the bytes it is given
/// is handed on without a copy; only the beginning of an unfinished one is kept, the payload in a pooled buffer that grows with what really came and goes
/// back with the frame. Belongs to one thread at a time.
/// </summary>
internal sealed class TcpFrameParser : IDisposable
{
    private readonly int _maxMessageBytes;

    // The beginning of a header that was cut; then the header of the frame under way.
    private HeaderBytes _headerBytes;
    private int _headerLength;
    private TcpFrameHeader _header;
    private bool _inFrame;
    private PooledBuffer _kept;
    private bool _isReceiving;
    private bool _hasEnded;

    public TcpFrameParser(int maxMessageBytes) => _maxMessageBytes = maxMessageBytes;

    /// <summary>The pooled memory held now: 0 whenever nothing is unfinished.</summary>
    internal int RetainedBytes => _kept.Capacity;

    /// <summary>Reads on. What the sink is told does not depend on how the bytes were cut. After a close or an error everything is ignored.</summary>
    public void Received(Span<byte> bytes, ITcpFrameSink sink)
    {
        _isReceiving = true;
        try
        {
            while (!_hasEnded && (_inFrame || TryBegin(ref bytes, sink)))
            {
                var length = (int)_header.PayloadLength;
                var part = bytes[..Math.Min(length - _kept.Length, bytes.Length)];
                bytes = bytes[part.Length..];
                if (_kept.Length + part.Length < length)
                {
                    _kept.Append(part, length);
                    return;
                }

                _inFrame = false;
                Complete(part, sink);
            }
        }
        finally
        {
            _isReceiving = false;
            if (_hasEnded)
            {
                _kept.Release();
            }
        }
    }

    /// <summary>Ends it: nothing more is read or told. A sink's call may lead here; its span stays good until it returns.</summary>
    public void Dispose()
    {
        _hasEnded = true;
        if (!_isReceiving)
        {
            _kept.Release();
        }
    }

    // A frame is judged by its header, before any of its payload is there.
    private bool TryBegin(ref Span<byte> bytes, ITcpFrameSink sink)
    {
        if (!TryReadHeader(ref bytes))
        {
            return false;
        }

        var failure = Judge(_header);
        Fail(failure, sink);
        return _inFrame = failure is null;
    }

    private bool TryReadHeader(ref Span<byte> bytes)
    {
        if (_headerLength == 0 && bytes.Length >= TcpFrameHeader.Length)
        {
            _header = TcpFrameHeader.Read(bytes);
            bytes = bytes[TcpFrameHeader.Length..];
            return true;
        }

        Span<byte> header = _headerBytes;
        var added = Math.Min(bytes.Length, header.Length - _headerLength);
        bytes[..added].CopyTo(header[_headerLength..]);
        bytes = bytes[added..];
        _headerLength += added;
        if (_headerLength < header.Length)
        {
            return false;
        }

        _header = TcpFrameHeader.Read(header);
        _headerLength = 0;
        return true;
    }

    private TcpFailure? Judge(TcpFrameHeader header)
    {
        if (header.IsControl)
        {
            return header.PayloadLength > TcpFrameHeader.MaxControlPayload ? TcpFailure.ControlTooLong : null;
        }

        return header.Kind is not (TcpFrameKind.Ext or TcpFrameKind.Hot) ? TcpFailure.UnknownKind
            : header.PayloadLength > _maxMessageBytes ? TcpFailure.TooBig
            : null;
    }

    private void Complete(Span<byte> part, ITcpFrameSink sink)
    {
        if (_kept.Length == 0)
        {
            Fail(Deliver(part, sink), sink);
            return;
        }

        try
        {
            _kept.Append(part, (int)_header.PayloadLength);
            Fail(Deliver(_kept.Span, sink), sink);
        }
        finally
        {
            _kept.Release();
        }
    }

    private TcpFailure? Deliver(Span<byte> payload, ITcpFrameSink sink)
    {
        switch (_header.Kind)
        {
            case TcpFrameKind.Ext when !Utf8.IsValid(payload):
                return TcpFailure.NotUtf8;
            case TcpFrameKind.Ext:
                sink.OnExt(payload);
                return null;
            case TcpFrameKind.Hot:
                sink.OnHot(payload);
                return null;
            case TcpFrameKind.Ping:
                sink.OnPing(payload);
                return null;
            case TcpFrameKind.Pong:
                sink.OnPong(payload);
                return null;
        }

        var failure = TcpClosePayload.Read(payload, out var code, out var reason);
        if (failure is null)
        {
            _hasEnded = true;
            sink.OnClose(code, reason);
        }

        return failure;
    }

    private void Fail(TcpFailure? failure, ITcpFrameSink sink)
    {
        if (failure is not null)
        {
            _hasEnded = true;
            sink.OnError(failure.CloseCode, failure.Reason);
        }
    }

    [InlineArray(TcpFrameHeader.Length)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
