using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace WsPrism.Gateway.Hosting;

/// <summary>
/// HTTP/2 by prior knowledge (RFC 9113 §3.3) beside HTTP/1.1 on a listener without TLS. Kestrel chooses between them by what TLS agreed on, and without TLS
/// takes HTTP/1.1; so a connection that begins with the preface of HTTP/2 is shown to it as one for which that was agreed on.
/// Stateless, safe for all threads.
/// </summary>
internal sealed class PriorKnowledge(TimeProvider time)
{
    /// <summary>As long as Kestrel waits for the headers of a request.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    /// <summary>Looks at the beginning of each connection.</summary>
    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        if (await BeginsWithPrefaceAsync(connection) is not { } isHttp2)
        {
            connection.Abort(new ConnectionAbortedException("Nothing was asked in time."));
            return;
        }

        if (isHttp2)
        {
            var agreed = new AgreedOnHttp2();
            connection.Features.Set<ITlsConnectionFeature>(agreed);
            connection.Features.Set<ITlsApplicationProtocolFeature>(agreed);
        }

        await next(connection);
    };

    // Looks at as much as tells, and leaves it where it is. Null: the connection ended, or nothing came for too long.
    private async Task<bool?> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed, closing);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(either.Token);
                var length = (int)Math.Min(result.Buffer.Length, Preface.Length);
                var isAlike = result.Buffer.Slice(0, length).ToArray().AsSpan().SequenceEqual(Preface.AsSpan(0, length));
                var goesOn = isAlike && length < Preface.Length && !result.IsCompleted;
                input.AdvanceTo(result.Buffer.Start, goesOn ? result.Buffer.End : result.Buffer.Start);
                if (!goesOn)
                {
                    return isAlike && length == Preface.Length;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return null;
        }
    }

    private sealed class AgreedOnHttp2 : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        private static readonly byte[] Http2 = "h2"u8.ToArray();

        public X509Certificate2? ClientCertificate { get; set; }

        public ReadOnlyMemory<byte> ApplicationProtocol => Http2;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
