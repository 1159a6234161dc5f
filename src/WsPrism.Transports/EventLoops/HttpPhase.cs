using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using WsPrism.Core.Shards;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A socket while Kestrel speaks HTTP on it. The loop reads into one pipe; a pump on the thread pool sends what Kestrel writes into another. When Kestrel is
/// done the socket is closed, or, where <see cref="TakeOver"/> was called, goes to a session on the same loop: then nothing of this is left, and bytes that
/// came early are handed on.
/// </summary>
/// <remarks>
/// Owned by the loop's thread: the descriptor, the input pipe's writer, the token. Owned by Kestrel: the other ends. The pump alone sends, and only while it
/// runs; the descriptor is closed or handed over after it has ended.
/// </remarks>
internal sealed class HttpPhase : ConnectionContext, ILoopHandler, IDuplexPipe
{
    private static readonly PipeOptions Input = new(writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
    private static readonly PipeOptions Output = new(useSynchronizationContext: false);
    private static long _lastId;

    private readonly EventLoop _loop;
    private readonly Descriptor _descriptor;
    private readonly Pipe _input = new(Input);
    private readonly Pipe _output = new(Output);
    private readonly KeptReader _reader;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _pumped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _writable;
    private Action<LoopSocket>? _successor;
    private Action? _onLost;
    private ulong _token;
    private bool _isReading = true;
    private bool _isGone;
    private volatile bool _isAborted;
    private volatile bool _isInputOver;
    private volatile CancellationTokenSource? _inputEnded;
    private int _isDisposed;

    public HttpPhase(EventLoop loop, Descriptor descriptor, EndPoint local, EndPoint? remote)
    {
        _loop = loop;
        _descriptor = descriptor;
        _reader = new KeptReader(_input.Reader);
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        ConnectionId = Interlocked.Increment(ref _lastId).ToString("x16", CultureInfo.InvariantCulture);
        ConnectionClosed = _closed.Token;
        Features.Set(this);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items
    {
        get => field ??= new Dictionary<object, object?>();
        set;
    }

    public override IDuplexPipe Transport
    {
        get => this;
        set => throw new NotSupportedException("Nothing may stand between Kestrel and the loop: the socket could not be handed over.");
    }

    PipeReader IDuplexPipe.Input => _reader;

    PipeWriter IDuplexPipe.Output => _output.Writer;

    /// <summary>
    /// Cancelled when the client has said all it will, or has gone. A request that is answered at once need not mind; one that is to become a session, and waits,
    /// has nobody to become one for.
    /// </summary>
    public CancellationToken InputEnded
    {
        get
        {
            var source = Interlocked.CompareExchange(ref _inputEnded, new CancellationTokenSource(), null) ?? _inputEnded;
            if (_isInputOver)
            {
                _ = source.CancelAsync();
            }

            return source.Token;
        }
    }

    /// <summary>The shard that a session on this socket belongs to.</summary>
    public Shard Shard => _loop.Shard;

    /// <summary>
    /// Once Kestrel is done (the answer is sent, the request's handler has returned) <paramref name="successor"/> gets the socket on the loop's thread;
    /// <paramref name="onLost"/> is called instead where the client is gone by then. To be called by the request's handler.
    /// </summary>
    public void TakeOver(Action<LoopSocket> successor, Action onLost)
    {
        _onLost = onLost;
        _successor = successor;
    }

    /// <summary>On the loop's thread: starts reading.</summary>
    public void Begin()
    {
        _token = _loop.Register(_descriptor, this, Libc.EpollIn);
        _ = PumpOutputAsync();
        if (_token == 0)
        {
            OnFault();
        }
    }

    public void OnReady(uint events)
    {
        if ((events & (Libc.EpollOut | Libc.EpollError | Libc.EpollHangUp)) != 0 && _writable is { } writable)
        {
            _writable = null;
            Watch();
            writable.TrySetResult();
        }

        if ((events & ~Libc.EpollOut) != 0)
        {
            Read();
        }
    }

    public void OnFault() => EndInput(new IOException("The connection failed."));

    public override void Abort(ConnectionAbortedException abortReason)
    {
        // Said first: what finishes meanwhile must not hand over a connection that Kestrel has given up.
        _isAborted = true;
        _output.Reader.CancelPendingRead();
        _loop.Shard.Post(() => EndInput(abortReason));
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _output.Writer.CompleteAsync().ConfigureAwait(false);
        await _pumped.Task.ConfigureAwait(false);
        _loop.Shard.Post(Finish);
    }

    private void Read()
    {
        if (!_isReading)
        {
            // An error or hang-up while nothing is read: the poller would report it for ever.
            EndInput(new ConnectionResetException("The connection broke."));
            return;
        }

        var received = _descriptor.Receive(_loop.ReceiveBuffer);
        if (received > 0)
        {
            _input.Writer.Write(_loop.ReceiveBuffer.AsSpan(0, received));
            var flush = _input.Writer.FlushAsync();
            if (!flush.IsCompleted)
            {
                _ = ResumeWhenTakenAsync(flush);
            }
        }
        else if (received == 0)
        {
            // The client has said all it will; the answer may still be on its way.
            _isReading = false;
            Watch();
            _input.Writer.Complete();
            TellInputEnded();
        }
        else if (received is not (Libc.TryAgain or Libc.Interrupted))
        {
            EndInput(new ConnectionResetException("The connection was reset by the client."));
        }
    }

    // Kestrel is behind: the socket is not read until it has taken what there is.
    private async Task ResumeWhenTakenAsync(ValueTask<FlushResult> flush)
    {
        _isReading = false;
        Watch();
        await flush.ConfigureAwait(false);
        _loop.Shard.Post(() =>
        {
            if (!_isGone)
            {
                _isReading = true;
                Watch();
            }
        });
    }

    private void EndInput(Exception? exception)
    {
        if (_isGone)
        {
            return;
        }

        _isGone = true;
        if (_token != 0)
        {
            _loop.Unregister(_token);
            EpollEventBuffer.Control(_loop.EpollNumber, Libc.EpollDelete, _descriptor.Number, 0, 0);
        }

        _input.Writer.Complete(exception);
        TellInputEnded();
        _writable?.TrySetResult();
        _writable = null;
        ThreadPool.UnsafeQueueUserWorkItem(static phase => phase.TellClosed(), this, preferLocal: false);
    }

    // Whoever asks for the token at the same moment sees the flag, or is seen here.
    private void TellInputEnded()
    {
        _isInputOver = true;
        Interlocked.MemoryBarrier();
        _ = _inputEnded?.CancelAsync();
    }

    private void TellClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (Exception)
        {
            // What is registered is Kestrel's and the handler's; a fault of theirs is not to end the process from here.
        }
    }

    private void Watch()
    {
        if (!_isGone)
        {
            _loop.Watch(_descriptor, _token, (_isReading ? Libc.EpollIn : 0) | (_writable is not null ? Libc.EpollOut : 0));
        }
    }

    private async Task PumpOutputAsync()
    {
        try
        {
            while (true)
            {
                var result = await _output.Reader.ReadAsync().ConfigureAwait(false);
                foreach (var segment in result.Buffer)
                {
                    for (var start = 0; start < segment.Length;)
                    {
                        var sent = Send(segment.Span[start..]);
                        if (sent < 0)
                        {
                            await WritableAsync().ConfigureAwait(false);
                        }
                        else
                        {
                            start += sent;
                        }
                    }
                }

                _output.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (Exception)
        {
            // The client is gone, or Kestrel gave up what it was writing; reading tells Kestrel so.
        }
        finally
        {
            await _output.Reader.CompleteAsync().ConfigureAwait(false);
            _pumped.TrySetResult();
        }
    }

    private int Send(ReadOnlySpan<byte> bytes)
    {
        var sent = _descriptor.Send(bytes);
        return sent >= 0 || sent is Libc.TryAgain or Libc.Interrupted ? sent : throw new IOException("The connection broke.");
    }

    private Task WritableAsync()
    {
        var writable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Shard.Post(() =>
        {
            if (_isGone)
            {
                writable.TrySetException(new IOException("The connection is gone."));
                return;
            }

            _writable = writable;
            Watch();
        });
        return writable.Task;
    }

    // On the loop's thread, after Kestrel and the pump.
    private void Finish()
    {
        if (_successor is not null && !_isGone && !_isAborted)
        {
            HandOver(_successor);
            return;
        }

        if (!_isGone)
        {
            EndInput(null);
        }

        _reader.Inner.Complete();
        _descriptor.Dispose();
        _onLost?.Invoke();
    }

    private void HandOver(Action<LoopSocket> successor)
    {
        _isGone = true;
        _closed.Dispose();
        if (!_isReading || _writable is not null)
        {
            _loop.Watch(_descriptor, _token, Libc.EpollIn);
        }

        var early = _reader.Inner.TryRead(out var result) ? result.Buffer : default;
        try
        {
            successor(new LoopSocket(_loop, _descriptor, _token, early));
        }
        catch (Exception)
        {
            // There is no session: nothing else would ever let go of the socket.
            _loop.Unregister(_token);
            _descriptor.Dispose();
            _onLost?.Invoke();
            throw;
        }
        finally
        {
            _reader.Inner.Complete();
            _input.Writer.Complete();
        }
    }

    /// <summary>Kestrel completes its reader when it is done; what it has not read then is the session's.</summary>
    private sealed class KeptReader(PipeReader inner) : PipeReader
    {
        public PipeReader Inner => inner;

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }
}
