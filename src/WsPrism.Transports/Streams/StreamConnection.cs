using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Transport;

namespace WsPrism.Transports.Streams;

/// <summary>
/// The portable path: one session over a <see cref="Stream"/> (a Kestrel connection with or without TLS, an HTTP/2 stream). <see cref="RunAsync"/> reads on
/// the thread pool and hands each buffer to the shard; all else runs on the shard's thread. An idle connection holds no buffer: it waits in a read of no
/// bytes. One read and one write are in flight at most.
/// </summary>
internal sealed class StreamConnection : ITransportConnection, IValueTaskSource, IDisposable
{
    private const int ReadLength = 16_384;

    // Small, so that what is behind a slow consumer waits where it can still be conflated.
    private const int WriteLength = 16_384;

    private readonly Stream _stream;
    private readonly IFraming _framing;
    private readonly Shard _shard;
    private readonly Action _abort;
    private readonly CancellationTokenSource _finish = new();
    private readonly ReadWork _readWork;
    private readonly WrittenWork _writtenWork;
    private readonly Action _onWritten;

    // Read and changed on the shard's thread alone: what reads on the pool needs the shard, which stays.
    private Session _session;
    private ManualResetValueTaskSourceCore<bool> _consumed;
    private byte[]? _inbound;
    private int _inboundLength;
    private byte[]? _outbound;
    private ValueTaskAwaiter _pendingWrite;
    private bool _closeTaken;
    private bool _isBroken;
    private bool _isClosed;

    public StreamConnection(Stream stream, IFraming framing, Session session, string remoteAddress, Action abort)
    {
        _stream = stream;
        _framing = framing;
        _session = session;
        _shard = session.Shard;
        _abort = abort;
        RemoteAddress = remoteAddress;
        _readWork = new ReadWork(this);
        _writtenWork = new WrittenWork(this);
        _onWritten = () => _shard.Post(_writtenWork);
    }

    public string TransportName => _framing.Name;

    public string RemoteAddress { get; }

    public bool IsCongested => _outbound is not null;

    /// <summary>Reads until either side ends the connection. The stream is the caller's to dispose of, after this.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (!_finish.IsCancellationRequested)
            {
                await _stream.ReadAsync(Memory<byte>.Empty, _finish.Token).ConfigureAwait(false);
                _inbound = ArrayPool<byte>.Shared.Rent(ReadLength);
                _inboundLength = await _stream.ReadAsync(_inbound, _finish.Token).ConfigureAwait(false);
                if (_inboundLength == 0)
                {
                    break;
                }

                _consumed.Reset();
                _shard.Post(_readWork);
                await new ValueTask(this, _consumed.Version).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Whatever a stream throws when its connection breaks: the session is told below that it is gone.
        }

        var closed = new TaskCompletionSource();
        _shard.Post(() =>
        {
            OnClosed();
            closed.SetResult();
        });
        await closed.Task.ConfigureAwait(false);
    }

#pragma warning disable VSTHRD002, CA2012 // Results are taken of operations that have completed: synchronously, or as their continuation says.
    public bool Flush()
    {
        while (_outbound is null && !_isBroken && !_session.Outbox.IsEmpty)
        {
            var length = Fill();
            try
            {
                var write = _stream.WriteAsync(_outbound.AsMemory(0, length));
                if (!write.IsCompleted)
                {
                    _pendingWrite = write.GetAwaiter();
                    _pendingWrite.UnsafeOnCompleted(_onWritten);
                    return true;
                }

                write.GetAwaiter().GetResult();
            }
            catch (Exception)
            {
                ReturnOutbound();
                Break();
                return true;
            }

            ReturnOutbound();
        }

        FinishIfClosed();
        return true;
    }
#pragma warning restore VSTHRD002, CA2012

    public void Commit()
    {
        // Nothing is ever collected here: each stream is written for itself.
    }

    public void Retry()
    {
        // The stream tells when it has taken the write that is under way; there is nothing to try before.
    }

    public void Serve(Session session) => _session = session;

    public void Abort()
    {
        if (_closeTaken && _outbound is null)
        {
            // All is said; the peer only keeps us waiting.
            Finish();
        }
        else
        {
            Break();
        }
    }

    public void Dispose()
    {
        _finish.Dispose();
        _framing.Dispose();
    }

    void IValueTaskSource.GetResult(short token) => _consumed.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _consumed.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _consumed.OnCompleted(continuation, state, token, flags);

    private void OnRead(Shard shard)
    {
        if (shard.TryPauseRead(_readWork))
        {
            return;
        }

        try
        {
            _framing.Received(_inbound.AsSpan(0, _inboundLength), _session);
        }
        catch (Exception)
        {
            _session.Fail();
            throw;
        }
        finally
        {
            ReturnInbound();

            // Runs the reader on, on this thread, until it waits again.
            _consumed.SetResult(true);
        }

        FinishIfClosed();
    }

#pragma warning disable VSTHRD002 // The write has completed: this is its continuation.
    private void OnWritten()
    {
        try
        {
            _pendingWrite.GetResult();
        }
        catch (Exception) when (!_isClosed)
        {
            Break();
        }
        catch (Exception)
        {
            // The request has ended; its abort may be somebody else's by now.
        }

        ReturnOutbound();
        if (_isClosed)
        {
            Dispose();
            return;
        }

        _session.OnWriteProgress();
        FinishIfClosed();
    }
#pragma warning restore VSTHRD002

    // Copies what waits into one buffer, frame by frame in drain order, as far as it goes; a frame larger than the buffer gets one of its own.
    private int Fill()
    {
        var outbox = _session.Outbox;
        var cursor = outbox.StartDrain();
        var (length, count) = (0, 0);
        while (outbox.TryPeek(ref cursor, out var frame))
        {
            var needed = _framing.GetMaxLength(frame);
            _outbound ??= ArrayPool<byte>.Shared.Rent(Math.Max(WriteLength, needed));
            if (length + needed > _outbound.Length)
            {
                break;
            }

            length += _framing.Write(frame, _outbound.AsSpan(length));
            count++;
            _closeTaken |= frame.Kind == FrameKind.Close;
        }

        outbox.Take(count);
        return length;
    }

    // RFC 6455 §7.1.1: the server ends the connection once both closes are through.
    private void FinishIfClosed()
    {
        if (_closeTaken && _outbound is null && _framing.HasPeerClosed)
        {
            Finish();
        }
    }

    private void Finish() => _finish.Cancel();

    private void Break()
    {
        _isBroken = true;
        _abort();
        _finish.Cancel();
    }

    private void OnClosed()
    {
        _isBroken = _isClosed = true;
        ReturnInbound();
        _session.OnClosed();
        if (_outbound is null)
        {
            Dispose();
        }
    }

    private void ReturnInbound()
    {
        if (_inbound is not null)
        {
            ArrayPool<byte>.Shared.Return(_inbound);
            _inbound = null;
        }
    }

    private void ReturnOutbound()
    {
        ArrayPool<byte>.Shared.Return(_outbound!);
        _outbound = null;
    }

    private sealed class ReadWork(StreamConnection connection) : IShardWork
    {
        public void Run(Shard shard) => connection.OnRead(shard);
    }

    private sealed class WrittenWork(StreamConnection connection) : IShardWork
    {
        public void Run(Shard shard) => connection.OnWritten();
    }
}
