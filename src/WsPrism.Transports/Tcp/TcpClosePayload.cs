using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tcp;

/// <summary>The body of a close frame: nothing, or a code (u16, little-endian as all numbers of this transport) and a reason in UTF-8.</summary>
internal static class TcpClosePayload
{
    /// <summary>Reads the body; a failure means to fail the connection with that instead of closing it as the peer asked.</summary>
    public static TcpFailure? Read(ReadOnlySpan<byte> payload, out ushort code, out ReadOnlySpan<byte> reason)
    {
        code = WebSocketCloseCode.NoStatus;
        reason = default;
        if (payload.IsEmpty)
        {
            return null;
        }

        if (payload.Length == 1)
        {
            return TcpFailure.CloseCodeCut;
        }

        code = BinaryPrimitives.ReadUInt16LittleEndian(payload);
        reason = payload[2..];
        return !WebSocketCloseCode.MayBeSent(code) ? TcpFailure.CloseCodeInvalid
            : Utf8.IsValid(reason) ? null
            : TcpFailure.CloseReasonNotUtf8;
    }

    /// <summary>A whole close frame, for a connection that has no session to send one.</summary>
    public static byte[] ToFrame(ushort code, string reason)
    {
        var frame = new byte[TcpFrameHeader.Length + sizeof(ushort) + Encoding.UTF8.GetByteCount(reason)];
        TcpFrameHeader.Write(frame, TcpFrameKind.Close, frame.Length - TcpFrameHeader.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(TcpFrameHeader.Length), code);
        Encoding.UTF8.GetBytes(reason, frame.AsSpan(TcpFrameHeader.Length + sizeof(ushort)));
        return frame;
    }
}
