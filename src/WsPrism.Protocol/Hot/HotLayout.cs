using System.Numerics;

namespace WsPrism.Protocol.Hot;

internal static class HotLayout
{
    private const HotFlags FourByteFields = HotFlags.Seq | HotFlags.Key | HotFlags.Sender | HotFlags.Room;

    /// <summary>The bytes before the payload of a frame with these flags.</summary>
    public static int GetHeaderLength(HotFlags flags) =>
        HotFrame.HeaderLength
        + sizeof(uint) * BitOperations.PopCount((uint)(flags & FourByteFields))
        + ((flags & HotFlags.Batch) != 0 ? sizeof(ushort) : 0);
}
