using System.Buffers.Binary;
using System.Buffers.Text;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Rooms.History;

/// <summary>Epochs: 64 random bits, never 0, on the wire 16 hexadecimal digits. Clients compare them and nothing else.</summary>
internal static class EpochText
{
    public const int Length = Services.HistoryPosition.EpochLength;

    public static ulong Create()
    {
        Span<byte> random = stackalloc byte[8];
        RandomBytes.Fill(random);
        return BinaryPrimitives.ReadUInt64LittleEndian(random) | 1;
    }

    public static string Format(ulong epoch) => epoch.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Writes <see cref="Length"/> digits.</summary>
    public static void Format(ulong epoch, Span<byte> destination) =>
        Utf8Formatter.TryFormat(epoch, destination, out _, new System.Buffers.StandardFormat('x', Length));
}
