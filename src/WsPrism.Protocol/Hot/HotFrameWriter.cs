using System.Buffers.Binary;

namespace WsPrism.Protocol.Hot;

/// <summary>Writes Hot frames. Thread-safe; nothing here allocates.</summary>
public static class HotFrameWriter
{
    /// <summary>The exact length of <paramref name="frame"/> on the wire, in bytes.</summary>
    /// <exception cref="OverflowException">The frame is longer than an <see cref="int"/> can say.</exception>
    public static int GetLength(in HotFrame frame) => checked(HotLayout.GetHeaderLength(frame.Flags) + frame.Payload.Length);

    /// <summary>
    /// Writes <paramref name="frame"/> and answers how many bytes it took. A field is written where its flag is set, whatever its
    /// value; which flags make sense is up to the caller.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="GetLength"/>.</exception>
    public static int Write(in HotFrame frame, Span<byte> destination)
    {
        var length = GetLength(frame);
        if (destination.Length < length)
            throw new ArgumentException("The destination is shorter than GetLength.", nameof(destination));

        var flags = frame.Flags;
        destination[0] = frame.SvcId;
        destination[1] = frame.Opcode;
        destination[2] = (byte)flags;

        var rest = destination[HotFrame.HeaderLength..];
        if ((flags & HotFlags.Seq) != 0)
            rest = Put(frame.Seq, rest);
        if ((flags & HotFlags.Key) != 0)
            rest = Put(frame.Key, rest);
        if ((flags & HotFlags.Sender) != 0)
            rest = Put(frame.Sender, rest);
        if ((flags & HotFlags.Room) != 0)
            rest = Put(frame.Room, rest);
        if ((flags & HotFlags.Batch) != 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, frame.Count);
            rest = rest[sizeof(ushort)..];
        }

        frame.Payload.CopyTo(rest);
        return length;
    }

    private static Span<byte> Put(uint value, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, value);
        return destination[sizeof(uint)..];
    }
}
