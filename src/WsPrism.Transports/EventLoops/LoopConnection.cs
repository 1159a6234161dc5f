using System.Buffers;
using System.Runtime.InteropServices;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Transport;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A session's socket in an event loop. Reads go through the loop's one receive buffer straight into the framing; a flush gathers what waits into the loop's
/// one send buffer and sends it in one call, its own or one that it shares with the connections of the pass (<see cref="FlushBatch"/>). What the socket did not take stays in the outbox, where it can still be conflated; only the rest of a frame
/// that was sent in part is kept here. An idle connection holds no buffer. All of it belongs to the loop's thread.
/// </summary>
internal sealed class LoopConnection : ITransportConnection, ILoopHandler
{
    private readonly EventLoop _loop;
    private readonly Descriptor _descriptor;
    private readonly ulong _token;

    // Beside the descriptor, which is an object of its own: a send needs the number alone.
    private readonly int _number;
    private readonly IFraming _framing;
    private Session _session;
    private byte[]? _rest;
    private int _restStart;
    private int _restEnd;

    // Place in the loop's batch while what was gathered is not sent, else -1.
    private int _position = -1;
    private bool _isBlocked;
    private bool _wasBlocked;
    private bool _closeTaken;
    private bool _isClosed;

    public LoopConnection(LoopSocket socket, IFraming framing, Session session, string remoteAddress)
    {
        _loop = socket.Loop;
        _descriptor = socket.Descriptor;
        _token = socket.Token;
        _number = socket.Descriptor.Number;
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

    public void Commit()
    {
        if (_position >= 0)
        {
            _loop.Batch!.Submit();
        }
    }

    public bool Flush()
    {
        Commit();
        if (_loop.Batch is { IsOpen: true } batch && TryFlushIn(batch))
        {
            return _position < 0;
        }

        while (!_isBlocked && !_isClosed && !_session.Outbox.IsEmpty)
        {
            _loop.FrameEnds.Clear();
            var length = Gather(0);
            if (length > 0 && Send(_loop.SendBuffer, 0, length) is var sent and >= 0)
            {
                Settle(sent, 0, length, ..);
            }
        }

        CloseIfDone();
        return true;
    }

    /// <summary>Takes what was sent of the bytes from <paramref name="start"/> to <paramref name="end"/> out of the outbox; of a frame that was sent in part the rest is kept to go first.</summary>
    public void Settle(int sent, int start, int end, Range frames)
    {
        _position = -1;
        if (sent < 0)
        {
            sent = 0;
        }

        var ends = CollectionsMarshal.AsSpan(_loop.FrameEnds)[frames];
        if (sent == end - start)
        {
            _session.Outbox.Take(ends.Length);
            return;
        }

        sent += start;
        var whole = 0;
        while (whole < ends.Length && ends[whole] <= sent)
        {
            whole++;
        }

        if (sent > (whole == 0 ? start : ends[whole - 1]))
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

    /// <summary>What follows from a send of the loop's batch, after all of them have been settled.</summary>
    public void Settled(int result)
    {
        if (!Took(result))
        {
            return;
        }

        Flush();
        if (_isBlocked && !_isClosed)
        {
            _session.Watch.NoteFlushed(isCongested: true);
        }
    }

    public void Retry()
    {
        if (_isBlocked && !_isClosed)
        {
            OnWritable();
            Flush();
        }
    }

    public void Serve(Session session) => _session = session;

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

    // False where a frame must go alone and at once.
    private bool TryFlushIn(FlushBatch batch)
    {
        if (_isBlocked || _isClosed || _session.Outbox.IsEmpty)
        {
            return false;
        }

        var first = _loop.FrameEnds.Count;
        var end = Gather(batch.Start);
        if (end == batch.Start && batch.Start > 0)
        {
            batch.Submit();
            first = _loop.FrameEnds.Count;
            end = Gather(0);
        }

        if (end == batch.Start)
        {
            return false;
        }

        _position = batch.Add(this, _number, end, first.._loop.FrameEnds.Count);
        if (batch.IsFull)
        {
            batch.Submit();
        }

        return true;
    }

    // Copies frames in drain order until the buffer is full, noting where each ends; returns where the last does. A frame longer than the whole buffer goes
    // alone, through one of its own.
    private int Gather(int start)
    {
        var outbox = _session.Outbox;
        var cursor = outbox.StartDrain();
        var end = start;
        while (outbox.TryPeek(ref cursor, out var frame))
        {
            var needed = _framing.GetMaxLength(frame);
            if (end + needed > _loop.SendBuffer.Length)
            {
                if (end == 0)
                {
                    SendLarge(frame, needed);
                }

                break;
            }

            end += _framing.Write(frame, _loop.SendBuffer.AsSpan(end));
            _loop.FrameEnds.Add(end);
            _closeTaken |= frame.Kind == FrameKind.Close;
        }

        return end;
    }

    private void SendLarge(OutboundFrame frame, int needed)
    {
        _rest = ArrayPool<byte>.Shared.Rent(needed);
        _restStart = 0;
        _restEnd = _framing.Write(frame, _rest);
        _session.Outbox.Take(1);
        SendRest();
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
        return Took(sent) ? Math.Max(sent, 0) : -1;
    }

    // Draws the conclusions from a send's answer; false where the connection is gone.
    private bool Took(int sent)
    {
        if (sent < 0 && sent is not (Libc.TryAgain or Libc.Interrupted or Libc.NoBuffers))
        {
            Close();
            return false;
        }

        // Bytes are progress, being told that the socket is writable is not.
        if (sent > 0 && _wasBlocked)
        {
            _wasBlocked = false;
            _session.OnWriteProgress();
        }

        return true;
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
        if (_position >= 0)
        {
            _loop.Batch!.Cancel(_position);
            _position = -1;
        }

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
