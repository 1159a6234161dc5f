using System.Buffers;
using System.Runtime.InteropServices;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Transport;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A session's socket in an event loop. Reads go through the loop's one receive buffer straight into the framing; a flush gathers what waits into the loop's
/// one send buffer and sends it in one call. What the socket did not take stays in the outbox, where it can still be conflated; only the rest of a frame
/// that was sent in part is kept here. An idle connection holds no buffer. All of it belongs to the loop's thread.
/// </summary>
internal sealed class LoopConnection : ITransportConnection, ILoopHandler
{
    private readonly EventLoop _loop;
    private readonly Descriptor _descriptor;
    private readonly ulong _token;
    private readonly IFraming _framing;
    private readonly Session _session;
    private byte[]? _rest;
    private int _restStart;
    private int _restEnd;
    private bool _isBlocked;
    private bool _wasBlocked;
    private bool _closeTaken;
    private bool _isClosed;

    public LoopConnection(LoopSocket socket, IFraming framing, Session session, string remoteAddress)
    {
        _loop = socket.Loop;
        _descriptor = socket.Descriptor;
        _token = socket.Token;
        _session = session;
        _loop.Replace(_token, this);
        _framing = framing;
        RemoteAddress = remoteAddress;
    }

    public string TransportName => _framing.Name;

    public string RemoteAddress { get; }

    public bool IsCongested => _isBlocked;

    /// <summary>Takes in the bytes that came before the session did.</summary>
    public void Begin(in ReadOnlySequence<byte> early)
    {
        foreach (var segment in early)
        {
            for (var rest = segment.Span; rest.Length > 0 && !_isClosed;)
            {
                var length = Math.Min(rest.Length, _loop.ReceiveBuffer.Length);
                rest[..length].CopyTo(_loop.ReceiveBuffer);
                Received(length);
                rest = rest[length..];
            }
        }
    }

    public void OnReady(uint events)
    {
        if ((events & Libc.EpollOut) != 0)
        {
            OnWritable();
        }

        if (!_isClosed && (events & ~Libc.EpollOut) != 0)
        {
            OnReadable();
        }
    }

    public void OnFault() => _session.Fail();

    public void Flush()
    {
        while (!_isBlocked && !_isClosed && !_session.Outbox.IsEmpty)
        {
            var length = Gather();
            if (length > 0 && Send(_loop.SendBuffer, 0, length) is var sent and >= 0)
            {
                Settle(sent, length);
            }
        }

        CloseIfDone();
    }

    public void Retry()
    {
        if (_isBlocked && !_isClosed)
        {
            OnWritable();
            Flush();
        }
    }

    public void Abort() => Close();

    private void OnReadable()
    {
        var received = _descriptor.Receive(_loop.ReceiveBuffer);
        if (received > 0)
        {
            Received(received);
        }
        else if (received is not (Libc.TryAgain or Libc.Interrupted))
        {
            Close();
        }
    }

    private void Received(int length)
    {
        _framing.Received(_loop.ReceiveBuffer.AsSpan(0, length), _session);
        CloseIfDone();
    }

    // Copies frames in drain order until the buffer is full, noting where each ends; a frame longer than the buffer goes alone, through one of its own.
    private int Gather()
    {
        var outbox = _session.Outbox;
        var cursor = outbox.StartDrain();
        _loop.FrameEnds.Clear();
        var length = 0;
        while (outbox.TryPeek(ref cursor, out var frame))
        {
            var needed = _framing.GetMaxLength(frame);
            if (length + needed > _loop.SendBuffer.Length)
            {
                if (length == 0)
                {
                    SendLarge(frame, needed);
                }

                break;
            }

            length += _framing.Write(frame, _loop.SendBuffer.AsSpan(length));
            _loop.FrameEnds.Add(length);
            _closeTaken |= frame.Kind == FrameKind.Close;
        }

        return length;
    }

    private void SendLarge(OutboundFrame frame, int needed)
    {
        _rest = ArrayPool<byte>.Shared.Rent(needed);
        _restStart = 0;
        _restEnd = _framing.Write(frame, _rest);
        _session.Outbox.Take(1);
        SendRest();
    }

    // Takes what was sent out of the outbox; of a frame that was sent in part the rest is kept to go first.
    private void Settle(int sent, int gathered)
    {
        var ends = CollectionsMarshal.AsSpan(_loop.FrameEnds);
        if (sent == gathered)
        {
            _session.Outbox.Take(ends.Length);
            return;
        }

        var whole = 0;
        while (whole < ends.Length && ends[whole] <= sent)
        {
            whole++;
        }

        var start = whole == 0 ? 0 : ends[whole - 1];
        if (sent > start)
        {
            _restStart = 0;
            _restEnd = ends[whole] - sent;
            _rest = ArrayPool<byte>.Shared.Rent(_restEnd);
            _loop.SendBuffer.AsSpan(sent, _restEnd).CopyTo(_rest);
            whole++;
        }

        // The close frame, if it was gathered, is the last: it is taken only when all is.
        _closeTaken &= whole == ends.Length;
        _session.Outbox.Take(whole);
        Block();
    }

    private void OnWritable()
    {
        if (_rest is not null && !SendRest())
        {
            return;
        }

        if (_isBlocked)
        {
            _isBlocked = false;
            _loop.Watch(_descriptor, _token, Libc.EpollIn);
        }

        _session.Shard.Touch(_session);
    }

    // Sends the kept rest; true when it is gone.
    private bool SendRest()
    {
        var sent = Send(_rest!, _restStart, _restEnd - _restStart);
        if (sent < 0)
        {
            return false;
        }

        _restStart += sent;
        if (_restStart < _restEnd)
        {
            Block();
            return false;
        }

        ArrayPool<byte>.Shared.Return(_rest!);
        _rest = null;
        return true;
    }

    // How much the socket took, 0 where it takes nothing now; -1 where the connection is gone.
    private int Send(byte[] buffer, int start, int length)
    {
        var sent = _descriptor.Send(buffer.AsSpan(start, length));
        if (sent >= 0)
        {
            // Bytes are progress, being told that the socket is writable is not.
            if (sent > 0 && _wasBlocked)
            {
                _wasBlocked = false;
                _session.OnWriteProgress();
            }

            return sent;
        }

        if (sent is Libc.TryAgain or Libc.Interrupted or Libc.NoBuffers)
        {
            return 0;
        }

        Close();
        return -1;
    }

    private void Block()
    {
        if (!_isBlocked)
        {
            _isBlocked = _wasBlocked = true;
            _loop.Watch(_descriptor, _token, Libc.EpollIn | Libc.EpollOut);
        }
    }

    // RFC 6455 §7.1.1: the server ends the connection once both closes are through.
    private void CloseIfDone()
    {
        if (_closeTaken && !_isBlocked && _framing.HasPeerClosed)
        {
            Close();
        }
    }

    private void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _loop.Unregister(_token);
        if (_isBlocked || _rest is not null)
        {
            // The peer does not read: without a reset the kernel would hold the rest for it, out of reach of every limit here.
            _descriptor.TryResetOnClose();
        }

        _descriptor.Dispose();
        if (_rest is not null)
        {
            ArrayPool<byte>.Shared.Return(_rest);
            _rest = null;
        }

        _framing.Dispose();
        _session.OnClosed();
    }
}
