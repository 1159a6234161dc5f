using System.Buffers;
using WsPrism.Core.Time;
using WsPrism.Transports.Tcp;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A socket of the TCP transport until its client's first line is read. Then a session on the same loop takes it over, with the bytes that came behind the
/// line; or the client is told why not and the socket closed. It is the node in the shard's wheel that ends both waits. A buffer is held only while a line
/// is unfinished, or the client is decided on: then nothing more is read, and it is only watched that the client stays. All of it belongs to the loop's thread.
/// </summary>
internal sealed class TcpHandshakePhase : TimerNode, ILoopHandler
{
    private readonly EventLoop _loop;
    private readonly Descriptor _descriptor;
    private readonly ITcpHandshake _handshake;
    private readonly Action<TcpHandshakePhase> _onGone;
    private PooledBuffer _kept;
    private ulong _token;
    private bool _isDeciding;
    private bool _isRefused;
    private bool _isGone;

    public TcpHandshakePhase(EventLoop loop, Descriptor descriptor, ITcpHandshake handshake, Action<TcpHandshakePhase> onGone)
    {
        _loop = loop;
        _descriptor = descriptor;
        _handshake = handshake;
        _onGone = onGone;
    }

    public EventLoop Loop => _loop;

    /// <summary>Starts reading.</summary>
    public void Begin()
    {
        if (_isGone)
        {
            return;
        }

        _token = _loop.Register(_descriptor, this, Libc.EpollIn);
        if (_token == 0)
        {
            Close();
            return;
        }

        Arm(TcpTimes.Handshake);
    }

    public void OnReady(uint events)
    {
        if (_isDeciding)
        {
            if ((events & (Libc.EpollPeerDone | Libc.EpollHangUp | Libc.EpollError)) != 0)
            {
                Close();
            }

            return;
        }

        var received = _descriptor.Receive(_loop.ReceiveBuffer);
        if (received > 0)
        {
            if (!_isRefused)
            {
                OnReceived(received);
            }
        }
        else if (received is not (Libc.TryAgain or Libc.Interrupted))
        {
            Close();
        }
    }

    public void OnFault() => Close();

    /// <summary>Gives the client up, if it has not said its line. One that is decided on is answered first, and one that was refused has its time to read that.</summary>
    public void Stop()
    {
        if (!_isDeciding && !_isRefused)
        {
            Close();
        }
    }

    /// <summary>Gives the client up.</summary>
    public void Close()
    {
        if (!_isGone)
        {
            if (_isDeciding)
            {
                _handshake.Abandon();
            }

            Leave();
            if (_token != 0)
            {
                _loop.Unregister(_token);
            }

            _descriptor.Dispose();
        }
    }

    protected internal override void OnDue(long nowMs)
    {
        if (_isRefused)
        {
            Close();
        }
        else
        {
            _handshake.TimeOut();
            Refuse();
        }
    }

    private void OnReceived(int received)
    {
        var before = _kept.Length;
        var bytes = _loop.ReceiveBuffer.AsSpan(0, received);
        if (before > 0)
        {
            _kept.Append(bytes[..Math.Min(received, _handshake.MaxLength - before)], _handshake.MaxLength);
        }

        switch (_handshake.Read(before > 0 ? _kept.Span : bytes, out var length))
        {
            case TcpHandshakeStatus.NeedMore when before == 0:
                _kept.Append(bytes, _handshake.MaxLength);
                break;
            case TcpHandshakeStatus.Deciding:
                Await(bytes[(length - before)..]);
                break;
            case TcpHandshakeStatus.Refused:
                Refuse();
                break;
            case TcpHandshakeStatus.Admitted:
                HandOver(new ReadOnlySequence<byte>(_loop.ReceiveBuffer, length - before, received - (length - before)));
                break;
        }
    }

    private void Await(ReadOnlySpan<byte> early)
    {
        _isDeciding = true;
        _kept.Release();
        _kept.Append(early, early.Length);
        _loop.Shard.Wheel.Disarm(this);
        _loop.Watch(_descriptor, _token, Libc.EpollPeerDone);
        _ = AwaitAsync();
    }

    private async Task AwaitAsync()
    {
        var status = TcpHandshakeStatus.Refused;
        try
        {
            status = await _handshake.DecidedAsync().ConfigureAwait(false);
        }
        finally
        {
            _loop.Shard.Post(() => OnDecided(status));
        }
    }

    private void OnDecided(TcpHandshakeStatus status)
    {
        if (_isGone)
        {
            if (status == TcpHandshakeStatus.Admitted)
            {
                // The client and the decision crossed.
                _handshake.GiveUp();
            }

            return;
        }

        _isDeciding = false;
        _loop.Watch(_descriptor, _token, Libc.EpollIn);
        if (status == TcpHandshakeStatus.Admitted)
        {
            HandOver(new ReadOnlySequence<byte>(_kept.Span.ToArray()));
        }
        else
        {
            Refuse();
        }
    }

    private void Refuse()
    {
        _isRefused = true;
        _kept.Release();
        if (_handshake.Refusal.IsEmpty || _descriptor.Send(_handshake.Refusal.Span) != _handshake.Refusal.Length)
        {
            // A socket that does not take a hundred bytes as its first has nobody behind it.
            Close();
            return;
        }

        Arm(TcpTimes.Linger);
    }

    private void HandOver(in ReadOnlySequence<byte> early)
    {
        Leave();
        try
        {
            _handshake.Begin(new LoopSocket(_loop, _descriptor, _token, early));
        }
        catch (Exception)
        {
            // There is no session: nothing else would ever let go of the socket.
            _loop.Unregister(_token);
            _descriptor.Dispose();
            _handshake.GiveUp();
            throw;
        }
    }

    private void Leave()
    {
        _isGone = true;
        _kept.Release();
        _loop.Shard.Wheel.Disarm(this);
        _onGone(this);
    }

    private void Arm(TimeSpan wait) => _loop.Shard.Wheel.Arm(this, _loop.Shard.Clock.NowMs + (long)wait.TotalMilliseconds);
}
