using System.Buffers.Binary;
using System.Text;

namespace WsPrism.Transports.Tests.Tcp;

/// <summary>Frames of the TCP transport, written from PROTOCOL §9 alone: right ones and wrong ones.</summary>
internal static class TcpFrames
{
    public static byte[] Frame(int kind, params ReadOnlySpan<byte> payload) => [.. Header((uint)payload.Length, kind), .. payload];

    public static byte[] Header(uint length, int kind)
    {
        var header = new byte[5];
        BinaryPrimitives.WriteUInt32LittleEndian(header, length);
        header[4] = (byte)kind;
        return header;
    }

    public static byte[] Ext(string text) => Frame(1, Encoding.UTF8.GetBytes(text));

    public static byte[] Hot(params ReadOnlySpan<byte> payload) => Frame(2, payload);

    public static byte[] Close(int code, string reason = "") => Frame(8, [(byte)code, (byte)(code >> 8), .. Encoding.UTF8.GetBytes(reason)]);
}
