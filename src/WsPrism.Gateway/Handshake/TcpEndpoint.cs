using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using WsPrism.Transports.Streams;
using WsPrism.Transports.Tcp;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// A connection of the TCP transport on the portable path, where Kestrel accepts and does TLS: the first line, then the session until it ends. One call a
/// connection; each awaits in turn, so nothing is touched by two threads at once.
/// </summary>
internal sealed class TcpEndpoint
{
    private readonly TcpHandshakes _handshakes;
    private readonly TimeProvider _time;

    public TcpEndpoint(TcpHandshakes handshakes, TimeProvider time)
    {
        _handshakes = handshakes;
        _time = time;
    }

    public async Task HandleAsync(ConnectionContext connection)
    {
        var handshake = _handshakes.OfConnection(connection.RemoteEndPoint);
        var status = await ReadLineAsync(connection, handshake);
        if (status == TcpHandshakeStatus.Deciding)
        {
            await using var gone = connection.ConnectionClosed.Register(handshake.Abandon);
            status = await handshake.DecidedAsync();
        }

        switch (status)
        {
            case TcpHandshakeStatus.Admitted:
                await using (var stream = new DuplexStream(connection.Transport))
                {
                    await handshake.RunAsync(stream, connection.Abort);
                }

                break;
            case TcpHandshakeStatus.Refused:
                await RefuseAsync(connection, handshake.Refusal);
                break;
        }
    }

    // NeedMore: the connection ended before the line did.
    private async Task<TcpHandshakeStatus> ReadLineAsync(ConnectionContext connection, TcpHandshake handshake)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var timeout = new CancellationTokenSource(TcpTimes.Handshake, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed, closing);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(either.Token);
                var status = Read(handshake, result.Buffer, out var length);
                var goesOn = status == TcpHandshakeStatus.NeedMore && !result.IsCompleted;
                var consumed = result.Buffer.GetPosition(length);
                input.AdvanceTo(consumed, goesOn ? result.Buffer.End : consumed);
                if (!goesOn)
                {
                    return status;
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            handshake.TimeOut();
            return TcpHandshakeStatus.Refused;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return TcpHandshakeStatus.NeedMore;
        }
    }

    private static TcpHandshakeStatus Read(TcpHandshake handshake, in ReadOnlySequence<byte> buffer, out int length)
    {
        if (buffer.IsSingleSegment)
        {
            return handshake.Read(buffer.FirstSpan, out length);
        }

        Span<byte> bytes = stackalloc byte[(int)Math.Min(buffer.Length, handshake.MaxLength)];
        buffer.Slice(0, bytes.Length).CopyTo(bytes);
        return handshake.Read(bytes, out length);
    }

    private async Task RefuseAsync(ConnectionContext connection, ReadOnlyMemory<byte> refusal)
    {
        using var timeout = new CancellationTokenSource(TcpTimes.Linger, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed);
        var input = connection.Transport.Input;
        try
        {
            await connection.Transport.Output.WriteAsync(refusal, either.Token);
            for (var isOver = false; !isOver;)
            {
                var result = await input.ReadAsync(either.Token);
                input.AdvanceTo(result.Buffer.End);
                isOver = result.IsCompleted;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // It has had its time, or has gone.
        }
    }
}
