using System.Buffers.Binary;
using System.Text;

namespace WsPrism.Transports.Tests.WebSockets;

/// <summary>Builds what a client sends, proper or not, in the plainest way.</summary>
internal static class ClientFrames
{
    public static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Text(string text, bool final = true)
    {
        return Frame(0x1, Encoding.UTF8.GetBytes(text), final);
    }

    public static byte[] Binary(byte[] payload, bool final = true)
    {
        return Frame(0x2, payload, final);
    }

    public static byte[] Continuation(byte[] payload, bool final)
    {
        return Frame(0x0, payload, final);
    }

    public static byte[] Ping(params byte[] payload)
    {
        return Frame(0x9, payload);
    }

    public static byte[] Pong(params byte[] payload)
    {
        return Frame(0xA, payload);
    }

    public static byte[] Close(params byte[] payload)
    {
        return Frame(0x8, payload);
    }

    public static byte[] Close(int code, string reason = "")
    {
        return Close([(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);
    }

    /// <summary>A masked frame; <paramref name="reserved"/> are the bits 0x40, 0x20 and 0x10 of the first byte.</summary>
    public static byte[] Frame(int opcode, byte[] payload, bool final = true, int reserved = 0)
    {
        var header = Header(opcode, payload.Length, final, reserved);
        var masked = payload.Select((value, index) => (byte)(value ^ Key[index % 4]));

        return [.. header, .. masked];
    }

    public static byte[] Header(int opcode, long payloadLength, bool final = true, int reserved = 0)
    {
        var first = (byte)((final ? 0x80 : 0) | reserved | opcode);

        return payloadLength switch
        {
            < 126 => [first, (byte)(0x80 | payloadLength), .. Key],
            <= 65535 => [first, 0x80 | 126, .. BigEndian(payloadLength)[6..], .. Key],
            _ => [first, 0x80 | 127, .. BigEndian(payloadLength), .. Key],
        };
    }

    public static byte[] BigEndian(long value)
    {
        var bytes = new byte[8];

        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
