using System.Buffers.Binary;

namespace WsPrism.Protocol.Hot;

/// <summary>Reads Hot frames. Thread-safe; nothing here allocates or throws.</summary>
public static class HotFrameReader
{
    /// <summary>Reads one frame that takes up all of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The whole binary message. The frame's payload points into it.</param>
    /// <param name="direction">Who sent it.</param>
    /// <param name="frame">
    /// The frame. After an error it holds the service, opcode and flags as far as the bytes go, and nothing else.
    /// </param>
    /// <returns>
    /// <see cref="ErrorCode.None"/>, or <see cref="ErrorCode.BadRequest"/> where the bytes end before the flagged fields do or a
    /// flag is reserved or not this direction's to set. The frames inside a batch are not looked at: that is
    /// <see cref="HotBatchReader"/>'s part.
    /// </returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> bytes, HotDirection direction, out HotFrame frame)
    {
        if (bytes.Length < HotFrame.HeaderLength)
        {
            frame = new HotFrame
            {
                SvcId = bytes.Length > 0 ? bytes[0] : (byte)0,
                Opcode = bytes.Length > 1 ? bytes[1] : (byte)0
            };
            return ErrorCode.BadRequest;
        }

        var flags = (HotFlags)bytes[2];
        if ((flags & Refused(direction)) != 0 || bytes.Length < HotLayout.GetHeaderLength(flags))
        {
            frame = new HotFrame { SvcId = bytes[0], Opcode = bytes[1], Flags = flags };
            return ErrorCode.BadRequest;
        }

        var rest = bytes[HotFrame.HeaderLength..];
        frame = new HotFrame
        {
            SvcId = bytes[0],
            Opcode = bytes[1],
            Flags = flags,
            Seq = (flags & HotFlags.Seq) != 0 ? TakeUInt32(ref rest) : 0,
            Key = (flags & HotFlags.Key) != 0 ? TakeUInt32(ref rest) : 0,
            Sender = (flags & HotFlags.Sender) != 0 ? TakeUInt32(ref rest) : 0,
            Room = (flags & HotFlags.Room) != 0 ? TakeUInt32(ref rest) : 0,
            Count = (flags & HotFlags.Batch) != 0 ? TakeUInt16(ref rest) : (ushort)0,
            Payload = rest
        };
        return ErrorCode.None;
    }

    private static HotFlags Refused(HotDirection direction) =>
        direction == HotDirection.FromServer ? HotFlags.Ext : HotFlags.Ext | HotFlags.Sender | HotFlags.Batch;

    private static uint TakeUInt32(ref ReadOnlySpan<byte> rest)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        rest = rest[sizeof(uint)..];
        return value;
    }

    private static ushort TakeUInt16(ref ReadOnlySpan<byte> rest)
    {
        var value = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        rest = rest[sizeof(ushort)..];
        return value;
    }
}
