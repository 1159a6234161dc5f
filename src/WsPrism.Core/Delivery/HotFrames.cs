using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Delivery;

/// <summary>Encodes Hot frames into outbound frames; RELIABLE decides the class.</summary>
internal static class HotFrames
{
    public static OutboundFrame Encode(in HotFrame frame, in ConflationKey key)
    {
        var cls = (frame.Flags & HotFlags.Reliable) != 0 ? DeliveryClass.HotReliable : DeliveryClass.HotLossy;
        var outbound = OutboundFrame.Rent(FrameKind.Binary, cls, HotFrameWriter.GetLength(frame), key);
        outbound.SetLength(HotFrameWriter.Write(frame, outbound.WritableBuffer));
        return outbound;
    }
}
