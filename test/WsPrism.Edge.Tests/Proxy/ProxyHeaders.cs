using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace WsPrism.Edge.Tests.Proxy;

/// <summary>Writes PROXY headers, by the specification and not by the parser's ideas.</summary>
internal static class ProxyHeaders
{
    public const byte Local = 0x20;
    public const byte Proxy = 0x21;

    public static byte[] Version2(byte command, byte family, byte[] body) => [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, (byte)(body.Length >> 8), (byte)body.Length, .. body];

    public static byte[] Version2(IPEndPoint source, IPEndPoint destination, params byte[] tlvs)
    {
        var ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(ports.AsSpan(2), (ushort)destination.Port);
        byte[] addresses = [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes()];
        return Version2(Proxy, addresses.Length == 8 ? (byte)0x11 : (byte)0x21, [.. addresses, .. ports, .. tlvs]);
    }

    public static byte[] Tlv(byte type, params byte[] value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. value];

    /// <summary>Fills the checksum in: the header ends with its TLV.</summary>
    public static byte[] WithChecksum(byte[] header)
    {
        var crc = uint.MaxValue;
        foreach (var value in header)
            crc = BitOperations.Crc32C(crc, value);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(header.Length - 4), ~crc);
        return header;
    }
}
