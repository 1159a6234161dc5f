using System.Buffers;
using WsPrism.Backend.Link;
using WsPrism.Core.Delivery;
using WsPrism.Core.Shards;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Gateway.Admin.Link;

/// <summary>
/// A worker's WebSocket over Kestrel's stream: one loop reads and parses, the worker's strand writes. Messages are parsed in the bytes of one read, many at a time, which
/// is what makes publishing cheap; while the worker's strand or a shard cannot keep up nothing is read.
/// </summary>
internal sealed class LinkSocket : ILinkWire, IWebSocketFrameSink, IDisposable
{
    private const int ReadBytes = 65_536;

    private static readonly TimeSpan PressureStep = TimeSpan.FromMilliseconds(1);

    // What the other side may take to answer a close.
    private static readonly TimeSpan CloseLinger = TimeSpan.FromSeconds(2);

    private readonly Stream _stream;
    private readonly Action _abort;
    private readonly WebSocketFrameParser _parser;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _reading;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkInput _input = null!;
    private bool _hasPeerClosed;

    public LinkSocket(Stream stream, Action abort, int maxMessageBytes, TimeProvider time)
    {
        _stream = stream;
        _abort = abort;
        _time = time;
        _parser = new WebSocketFrameParser(maxMessageBytes, deflate: false);
        _reading = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    /// <summary>Serves the worker until it is gone.</summary>
    public async Task RunAsync(LinkWorker worker, LinkInput input, Shard shard)
    {
        _input = input;
        worker.Open();
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            while (!_hasPeerClosed)
            {
                while (worker.IsBehind || shard.IsUnderPressure())
                {
                    await Task.Delay(PressureStep, _time, _reading.Token);
                }

                var count = await _stream.ReadAsync(buffer, _reading.Token);
                if (count == 0)
                {
                    break;
                }

                worker.NoteReceived();
                _parser.Received(buffer.AsSpan(0, count), this);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is gone, or was cut off.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!_hasPeerClosed)
            {
                worker.Lose();
            }
        }

        // Until here the strand may write.
        await _done.Task;
    }

    public int WriteHeader(Span<byte> destination, FrameKind kind, int length) => WebSocketFrameHeader.Write(
        destination,
        kind switch
        {
            FrameKind.Text => WebSocketOpcode.Text,
            FrameKind.Binary => WebSocketOpcode.Binary,
            FrameKind.Ping => WebSocketOpcode.Ping,
            FrameKind.Pong => WebSocketOpcode.Pong,
            _ => WebSocketOpcode.Close,
        },
        length);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    public void Finish()
    {
        _reading.CancelAfter(CloseLinger);
        _done.TrySetResult();
    }

    public void Abort()
    {
        // In this order: with the last line the request may be over, and what belongs to it somebody else's.
        _abort();
        _reading.CancelAfter(TimeSpan.Zero);
        _done.TrySetResult();
    }

    public void Dispose()
    {
        _parser.Dispose();
        _reading.Dispose();
    }

    void IWebSocketFrameSink.OnText(Span<byte> message) => _input.OnText(message);

    void IWebSocketFrameSink.OnBinary(Span<byte> message) => _input.OnBinary(message);

    void IWebSocketFrameSink.OnPing(ReadOnlySpan<byte> payload) => _input.OnPing(payload);

    void IWebSocketFrameSink.OnPong(ReadOnlySpan<byte> payload)
    {
    }

    void IWebSocketFrameSink.OnClose(ushort code, ReadOnlySpan<byte> reason)
    {
        _hasPeerClosed = true;
        _input.OnClose(code);
    }

    void IWebSocketFrameSink.OnError(ushort closeCode, string reason)
    {
        _hasPeerClosed = true;
        _input.OnProtocolError(closeCode, reason);
    }
}
