using WsPrism.Protocol.Hot;

namespace WsPrism.Protocol.Tests.Hot;

/// <summary>A Hot frame on the heap, which compares by value.</summary>
internal sealed record HotFrameSnapshot(
    byte SvcId, byte Opcode, HotFlags Flags, uint Seq, uint Key, uint Sender, uint Room, ushort Count, string Payload)
{
    public static HotFrameSnapshot Of(in HotFrame frame) => new(
        frame.SvcId, frame.Opcode, frame.Flags, frame.Seq, frame.Key, frame.Sender, frame.Room, frame.Count,
        Convert.ToHexStringLower(frame.Payload));

    public static (ErrorCode Error, HotFrameSnapshot Frame) Read(string hex, HotDirection direction) =>
        Read(Convert.FromHexString(hex), direction);

    public static (ErrorCode Error, HotFrameSnapshot Frame) Read(ReadOnlySpan<byte> bytes, HotDirection direction) =>
        (HotFrameReader.TryRead(bytes, direction, out var frame), Of(frame));

    public byte[] Write()
    {
        var frame = new HotFrame
        {
            SvcId = SvcId,
            Opcode = Opcode,
            Flags = Flags,
            Seq = Seq,
            Key = Key,
            Sender = Sender,
            Room = Room,
            Count = Count,
            Payload = Convert.FromHexString(Payload)
        };
        var destination = new byte[HotFrameWriter.GetLength(frame)];
        Assert.Equal(destination.Length, HotFrameWriter.Write(frame, destination));
        return destination;
    }
}
