using System.Buffers.Binary;
using WsPrism.Core.Delivery;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Market;

/// <summary>Updates on the wire: [svc_id][opcode][flags: SEQ, KEY and, as it came, RELIABLE][seq][key] and the value.</summary>
internal static class MarketFrames
{
    private const int SeqAt = HotFrame.HeaderLength;
    private const int HeaderLength = HotFrame.HeaderLength + (2 * sizeof(uint));

    /// <summary>Encodes an update, which its instrument's owner numbers.</summary>
    public static OutboundFrame Encode(in HotFrame frame) => HotFrames.Encode(
        new HotFrame { SvcId = frame.SvcId, Opcode = frame.Opcode, Flags = HotFlags.Seq | HotFlags.Key | (frame.Flags & HotFlags.Reliable), Key = frame.Key, Payload = frame.Payload },
        ConflationKey.ForInstrument(frame));

    /// <summary>Encodes a value that is kept.</summary>
    public static OutboundFrame Encode(uint key, in LastValue value)
    {
        var frame = new HotFrame
        {
            SvcId = (byte)(value.Route >> 8),
            Opcode = (byte)value.Route,
            Flags = HotFlags.Seq | HotFlags.Key | (value.IsReliable ? HotFlags.Reliable : HotFlags.None),
            Seq = value.Seq,
            Key = key,
            Payload = value.Bytes,
        };
        return HotFrames.Encode(frame, ConflationKey.ForInstrument(frame));
    }

    /// <summary>Gives an update its number; before it is published.</summary>
    public static void Number(OutboundFrame frame, uint seq) => BinaryPrimitives.WriteUInt32LittleEndian(frame.WritableBuffer[SeqAt..], seq);

    public static uint SeqOf(OutboundFrame frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame.Payload[SeqAt..]);

    /// <summary>The value; empty where the update takes it away.</summary>
    public static ReadOnlySpan<byte> ValueOf(OutboundFrame frame) => frame.Payload[HeaderLength..];
}
