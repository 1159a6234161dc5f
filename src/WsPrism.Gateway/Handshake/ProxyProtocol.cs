using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// The PROXY protocol, versions 1 and 2, as haproxy's specification has it: what a proxy writes ahead of the client's own bytes to say whose they are.
/// <code>
/// version 1   PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n      TCP6 likewise; PROXY UNKNOWN … \r\n; 107 bytes at most
///
/// version 2   \r\n\r\n\0\r\nQUIT\n      12 bytes of signature
///             ver_cmd u8                0x20 LOCAL (the proxy's own, for example a health check), 0x21 PROXY
///             family  u8                0x00 unspecified, 0x11 TCP4, 0x12 UDP4, 0x21 TCP6, 0x22 UDP6, 0x31 and 0x32 Unix
///             length  u16 big-endian    of all that follows
///             source, destination       4+4 or 16+16 bytes and two u16 ports; Unix: 108+108 bytes of path
///             type u8, length u16, …    TLVs; 0x03 is the CRC-32C of the whole header with these four bytes as zeros
/// </code>
/// </summary>
internal static class ProxyProtocol
{
    /// <summary>More than this is never needed to know what the bytes are, nor read ahead for it.</summary>
    public const int MaxLength = MaxVersion2Length;

    private const int MaxVersion1Length = 107;

    // The specification's own receiver takes 536 bytes: what every link carries in one segment.
    private const int MaxVersion2Length = 536;
    private const int FixedLength = 16;
    private const byte CrcType = 0x03;

    private static ReadOnlySpan<byte> Signature1 => "PROXY "u8;

    private static ReadOnlySpan<byte> Signature2 => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>
    /// Reads a header at the beginning of <paramref name="bytes"/>. <paramref name="source"/> is the client; null where the header leaves the peer as
    /// it is: LOCAL, UNKNOWN, and families that have no TCP address.
    /// </summary>
    public static ProxyProtocolStatus Parse(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? source)
    {
        (length, source) = (0, null);
        if (StartsAs(bytes, Signature1))
        {
            return bytes.Length < Signature1.Length ? ProxyProtocolStatus.NeedMore : ParseVersion1(bytes, out length, out source);
        }

        if (StartsAs(bytes, Signature2))
        {
            return bytes.Length < FixedLength ? CheckFixed(bytes) : ParseVersion2(bytes, out length, out source);
        }

        return ProxyProtocolStatus.Absent;
    }

    private static bool StartsAs(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        var common = Math.Min(bytes.Length, signature.Length);
        return bytes[..common].SequenceEqual(signature[..common]);
    }

    private static ProxyProtocolStatus ParseVersion1(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? source)
    {
        (length, source) = (0, null);
        var line = bytes[..Math.Min(bytes.Length, MaxVersion1Length)];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0)
        {
            return line.Length < MaxVersion1Length ? ProxyProtocolStatus.NeedMore : ProxyProtocolStatus.Invalid;
        }

        if (line[end] != '\r' || end + 1 == MaxVersion1Length)
        {
            return ProxyProtocolStatus.Invalid;
        }

        if (end + 1 == line.Length)
        {
            return ProxyProtocolStatus.NeedMore;
        }

        if (line[end + 1] != '\n' || !TryReadLine(line[Signature1.Length..end], out source))
        {
            return ProxyProtocolStatus.Invalid;
        }

        length = end + 2;
        return ProxyProtocolStatus.Complete;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, out IPEndPoint? source)
    {
        source = null;
        if (line.SequenceEqual("UNKNOWN"u8) || line.StartsWith("UNKNOWN "u8))
        {
            return true;
        }

        Span<Range> words = stackalloc Range[6];
        if (line.Split(words) != 5)
        {
            return false;
        }

        var family = line[words[0]].SequenceEqual("TCP4"u8) ? AddressFamily.InterNetwork
            : line[words[0]].SequenceEqual("TCP6"u8) ? AddressFamily.InterNetworkV6
            : AddressFamily.Unknown;
        if (!TryReadAddress(line[words[1]], family, out var address) || !TryReadAddress(line[words[2]], family, out _)
            || !TryReadPort(line[words[3]], out var port) || !TryReadPort(line[words[4]], out _))
        {
            return false;
        }

        source = new IPEndPoint(address, port);
        return true;
    }

    private static int Split(this ReadOnlySpan<byte> line, Span<Range> words)
    {
        var count = 0;
        foreach (var word in line.Split((byte)' '))
        {
            if (count == words.Length)
            {
                break;
            }

            words[count++] = word;
        }

        return count;
    }

    // The framework's parser also takes "1", "0x7f.1", "010.0.0.1", "fe80::1%3" and "[::1]:80"; a proxy writes none of them.
    private static bool TryReadAddress(ReadOnlySpan<byte> text, AddressFamily family, out IPAddress address)
    {
        address = IPAddress.None;
        var allowed = family == AddressFamily.InterNetwork ? "0123456789."u8 : "0123456789abcdefABCDEF:."u8;
        if (text.IsEmpty || text.ContainsAnyExcept(allowed)
            || !IPAddress.TryParse(Encoding.ASCII.GetString(text), out var parsed) || parsed.AddressFamily != family)
        {
            return false;
        }

        address = parsed;
        return family == AddressFamily.InterNetworkV6 || parsed.ToString().Length == text.Length;
    }

    private static bool TryReadPort(ReadOnlySpan<byte> text, out int port)
    {
        port = 0;
        if (text.Length is 0 or > 5 || text.ContainsAnyExceptInRange((byte)'0', (byte)'9') || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        foreach (var digit in text)
        {
            port = (port * 10) + (digit - '0');
        }

        return port <= IPEndPoint.MaxPort;
    }

    // Before all of the fixed part is there, what is there can be wrong already.
    private static ProxyProtocolStatus CheckFixed(ReadOnlySpan<byte> bytes)
    {
        var isGood = (bytes.Length < 13 || IsCommand(bytes[12])) && (bytes.Length < 14 || IsFamily(bytes[12], bytes[13]));
        return isGood ? ProxyProtocolStatus.NeedMore : ProxyProtocolStatus.Invalid;
    }

    private static bool IsCommand(byte versionAndCommand) => versionAndCommand is 0x20 or 0x21;

    // With LOCAL the family says nothing and is not to be looked at.
    private static bool IsFamily(byte command, byte family) => command == 0x20 || family is 0x00 or 0x11 or 0x12 or 0x21 or 0x22 or 0x31 or 0x32;

    private static ProxyProtocolStatus ParseVersion2(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? source)
    {
        (length, source) = (0, null);
        var (command, family) = (bytes[12], bytes[13]);
        var total = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        var addresses = family switch { 0x11 or 0x12 => 12, 0x21 or 0x22 => 36, 0x31 or 0x32 => 216, _ => 0 };
        var isLocal = command == 0x20;
        if (!IsCommand(command) || !IsFamily(command, family) || total > MaxVersion2Length || (!isLocal && total < FixedLength + addresses))
        {
            return ProxyProtocolStatus.Invalid;
        }

        if (bytes.Length < total)
        {
            return ProxyProtocolStatus.NeedMore;
        }

        var header = bytes[..total];
        if (!isLocal && !AreGood(header, FixedLength + addresses))
        {
            return ProxyProtocolStatus.Invalid;
        }

        length = total;
        if (!isLocal)
        {
            source = family switch
            {
                0x11 => new IPEndPoint(new IPAddress(header.Slice(16, 4)), BinaryPrimitives.ReadUInt16BigEndian(header[24..])),
                0x21 => new IPEndPoint(new IPAddress(header.Slice(16, 16)), BinaryPrimitives.ReadUInt16BigEndian(header[48..])),
                _ => null,
            };
        }

        return ProxyProtocolStatus.Complete;
    }

    // The TLVs fill the rest exactly, and a checksum is right.
    private static bool AreGood(ReadOnlySpan<byte> header, int at)
    {
        while (at < header.Length)
        {
            if (header.Length - at < 3)
            {
                return false;
            }

            var (type, length) = (header[at], BinaryPrimitives.ReadUInt16BigEndian(header[(at + 1)..]));
            at += 3;
            if (header.Length - at < length || (type == CrcType && !IsCrc(header, at, length)))
            {
                return false;
            }

            at += length;
        }

        return true;
    }

    private static bool IsCrc(ReadOnlySpan<byte> header, int at, int length)
    {
        if (length != sizeof(uint))
        {
            return false;
        }

        var crc = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, i >= at && i < at + length ? (byte)0 : header[i]);
        }

        return ~crc == BinaryPrimitives.ReadUInt32BigEndian(header[at..]);
    }
}
