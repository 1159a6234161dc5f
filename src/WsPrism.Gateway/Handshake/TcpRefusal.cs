using System.Globalization;
using WsPrism.Protocol;
using WsPrism.Transports.Tcp;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// How a TCP client is told that it is not let in: a close frame whose reason is the HTTP status and code of the same refusal over WebSocket, and whose
/// code tells a client that looks at nothing else what to do next (PROTOCOL §8).
/// </summary>
internal static class TcpRefusal
{
    // IANA's registry of WebSocket close codes: come back later.
    private const ushort TryAgainLater = 1013;

    public static byte[] ToFrame(HandshakeVerdict verdict)
    {
        var (answer, retryAfter) = (verdict.Answer, verdict.RetryAfter);
        var wait = retryAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $" retry_after={HandshakeAnswer.Seconds(time)}") : string.Empty;
        return TcpClosePayload.ToFrame(CodeOf(answer), string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {answer.Code}{wait}"));
    }

    private static ushort CodeOf(HandshakeAnswer answer)
    {
        if (answer == HandshakeAnswer.Draining)
        {
            return CloseCode.GoingAway;
        }

        return answer.Status switch
        {
            401 => CloseCode.TicketExpired,
            429 or 503 => TryAgainLater,
            _ => CloseCode.ProtocolError,
        };
    }
}
