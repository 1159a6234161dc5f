using System.Buffers.Binary;
using System.Text.Unicode;

namespace WsPrism.Transports.WebSockets;

/// <summary>The body of a close frame, RFC 6455 section 5.5.1: nothing, or a code (u16, big-endian) and a reason in UTF-8.</summary>
internal static class WebSocketClosePayload
{
    /// <summary>Reads the body; a failure means to fail the connection with that instead of closing it as the peer asked.</summary>
    public static WebSocketFailure? Read(ReadOnlySpan<byte> payload, out ushort code, out ReadOnlySpan<byte> reason)
    {
        code = WebSocketCloseCode.NoStatus;
        reason = default;

        if (payload.IsEmpty)
            return null;

        if (payload.Length == 1)
            return WebSocketFailure.CloseCodeCut;

        code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        reason = payload[2..];

        if (!WebSocketCloseCode.MayBeSent(code))
            return WebSocketFailure.CloseCodeInvalid;

        return Utf8.IsValid(reason) ? null : WebSocketFailure.CloseReasonNotUtf8;
    }
}
