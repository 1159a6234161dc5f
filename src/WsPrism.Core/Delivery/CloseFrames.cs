using System.Buffers.Binary;
using System.Text;

namespace WsPrism.Core.Delivery;

/// <summary>Encodes close frames.</summary>
internal static class CloseFrames
{
    // RFC 6455 §5.5: a control frame carries at most 125 bytes, two of them the code.
    private const int MaxTextLength = 123;

    /// <summary>The texts are ours and ASCII.</summary>
    public static OutboundFrame Encode(ushort code, string text)
    {
        var length = Math.Min(text.Length, MaxTextLength);
        var frame = OutboundFrame.Rent(FrameKind.Close, DeliveryClass.Control, 2 + length);
        BinaryPrimitives.WriteUInt16BigEndian(frame.WritableBuffer, code);
        Encoding.ASCII.GetBytes(text.AsSpan(0, length), frame.WritableBuffer[2..]);
        return frame;
    }
}
