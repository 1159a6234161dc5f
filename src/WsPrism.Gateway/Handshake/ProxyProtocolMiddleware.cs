using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// Takes a PROXY header off the front of a trusted proxy's connection, ahead of TLS, and gives the connection the client's address. Where there is no
/// header nothing changes; a stranger's bytes are not looked at. A proxy that is trusted here and passes on its clients' bytes must write the header on
/// every connection, or a client behind it could write one.
/// </summary>
internal sealed class ProxyProtocolMiddleware
{
    /// <summary>A proxy writes its header at once; the time is for one that opens connections ahead of use and sends none.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TrustedProxies _trusted;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public ProxyProtocolMiddleware(TrustedProxies trusted, TimeProvider time, ILogger logger)
    {
        _trusted = trusted;
        _time = time;
        _logger = logger;
    }

    public ConnectionDelegate Wrap(ConnectionDelegate next) => connection =>
        _trusted.Contains(TrustedProxies.AddressOf(connection.RemoteEndPoint)) ? RunAsync(connection, next) : next(connection);

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var status = await ReadHeaderAsync(connection);
        if (status is ProxyProtocolStatus.Absent or ProxyProtocolStatus.Complete)
        {
            await next(connection);
            return;
        }

        if (status == ProxyProtocolStatus.Invalid)
        {
            ProxyProtocolLog.Invalid(_logger, TrustedProxies.AddressOf(connection.RemoteEndPoint));
        }

        connection.Abort(new ConnectionAbortedException("The connection did not begin as it should."));
    }

    // NeedMore: the connection ended, or nothing came for too long.
    private async Task<ProxyProtocolStatus> ReadHeaderAsync(ConnectionContext connection)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var timeout = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed, closing);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(either.Token);
                var status = Parse(result.Buffer, out var length, out var source);
                if (status == ProxyProtocolStatus.Complete && source is not null)
                {
                    connection.RemoteEndPoint = source;
                }

                var goesOn = status == ProxyProtocolStatus.NeedMore && !result.IsCompleted;
                input.AdvanceTo(result.Buffer.GetPosition(length), goesOn ? result.Buffer.End : result.Buffer.GetPosition(length));
                if (!goesOn)
                {
                    return status;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return ProxyProtocolStatus.NeedMore;
        }
    }

    private static ProxyProtocolStatus Parse(in ReadOnlySequence<byte> buffer, out int length, out IPEndPoint? source)
    {
        if (buffer.IsSingleSegment)
        {
            return ProxyProtocol.Parse(buffer.FirstSpan, out length, out source);
        }

        Span<byte> bytes = stackalloc byte[(int)Math.Min(buffer.Length, ProxyProtocol.MaxLength)];
        buffer.Slice(0, bytes.Length).CopyTo(bytes);
        return ProxyProtocol.Parse(bytes, out length, out source);
    }
}
