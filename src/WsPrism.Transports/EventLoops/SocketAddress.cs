using System.Buffers.Binary;
using System.Net;

namespace WsPrism.Transports.EventLoops;

/// <summary>Reads a <c>struct sockaddr_in</c> or <c>sockaddr_in6</c> (the family in host order, all else in network order).</summary>
internal static class SocketAddress
{
    /// <summary>Room for either.</summary>
    public const int MaxLength = 28;

    private const ushort Ip4 = 2; // AF_INET
    private const ushort Ip6 = 10; // AF_INET6

    public static IPEndPoint? Parse(ReadOnlySpan<byte> address) => BitConverter.ToUInt16(address) switch
    {
        Ip4 => new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
        Ip6 => new IPEndPoint(new IPAddress(address.Slice(8, 16)), BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
        _ => null,
    };
}
