using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Delivery;

/// <summary>Encodes envelopes into outbound frames.</summary>
internal static class EnvelopeFrames
{
    public static OutboundFrame Encode(DeliveryClass cls, in OutboundEnvelope envelope)
    {
        var frame = OutboundFrame.Rent(FrameKind.Text, cls, EnvelopeWriter.GetMaxLength(envelope));
        frame.SetLength(EnvelopeWriter.Write(envelope, frame.WritableBuffer));
        return frame;
    }
}
