using System.Net;
using System.Text;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Edge.Tests.Proxy;

/// <summary>The parser, on the whole input and on every split of it.</summary>
public sealed class ProxyProtocolTests
{
    private static readonly IPEndPoint V4 = IPEndPoint.Parse("192.0.2.1:56324");
    private static readonly IPEndPoint V4To = IPEndPoint.Parse("198.51.100.1:443");
    private static readonly IPEndPoint V6 = IPEndPoint.Parse("[2001:db8::1]:56324");
    private static readonly IPEndPoint V6To = IPEndPoint.Parse("[2001:db8::2]:443");

    public static TheoryData<string, string?> GoodLines => new()
    {
        { "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1:56324" },
        { "PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", "0.0.0.0:0" },
        { "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n", "[2001:db8::1]:56324" },
        { "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "[::ffff:192.0.2.1]:1" },
        { "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535" },
        { "PROXY UNKNOWN\r\n", null },
        { "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", null },
        { "PROXY UNKNOWN whatever it says\r\n", null },
    };

    public static TheoryData<string> BadLines =>
    [
        "PROXY \r\n",
        "PROXY TCP4\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n",
        "PROXY tcp4 192.0.2.1 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n",
        "PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 \r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\rX",
        "PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 -1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 +2\r\n",
        "PROXY TCP4 192.0.2.01 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n",
        "PROXY TCP4 0x7f.0.0.1 198.51.100.1 1 2\r\n",
        "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n",
        "PROXY TCP6 fe80::1%3 ::1 1 2\r\n",
        "PROXY TCP6 [::1] ::1 1 2\r\n",
        "PROXY TCP6 ::1::2 ::1 1 2\r\n",
        "PROXY UNKNOWN " + new string('x', 92) + "\r\n",
    ];

    public static TheoryData<string> OtherBeginnings => ["GET / HTTP/1.1\r\n", "POST /", "PRI * HTTP/2.0\r\n\r\n", "PROXYTCP4", "proxy TCP4", "\r\n\r\nGET", "\u0016\u0003\u0001", "X"];

    [Theory]
    [MemberData(nameof(GoodLines))]
    public void A_line_of_version_1_names_the_client(string line, string? source) => AssertHeader(Encoding.ASCII.GetBytes(line), source is null ? null : IPEndPoint.Parse(source));

    [Theory]
    [MemberData(nameof(BadLines))]
    public void A_wrong_line_is_invalid_however_it_comes(string line) => AssertInvalid(Encoding.ASCII.GetBytes(line));

    [Theory]
    [MemberData(nameof(OtherBeginnings))]
    public void What_begins_otherwise_is_no_header(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);

        for (var i = 0; i < bytes.Length; i++)
            Assert.NotEqual(ProxyProtocolStatus.Invalid, Parse(bytes[..i]).Status);
        Assert.Equal(ProxyProtocolStatus.Absent, Parse(bytes).Status);
    }

    [Fact]
    public void A_line_that_does_not_end_is_given_up_at_107_bytes()
    {
        var endless = Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 200));

        Assert.Equal(ProxyProtocolStatus.NeedMore, Parse(endless[..106]).Status);
        Assert.Equal(ProxyProtocolStatus.Invalid, Parse(endless[..107]).Status);
    }

    [Fact]
    public void Version_2_names_the_client()
    {
        AssertHeader(ProxyHeaders.Version2(V4, V4To), V4);
        AssertHeader(ProxyHeaders.Version2(V6, V6To), V6);
        AssertHeader(ProxyHeaders.Version2(V4, V4To, [.. ProxyHeaders.Tlv(0x04, 0, 0), .. ProxyHeaders.Tlv(0x02, [.. "app.example"u8])]), V4);
    }

    [Fact]
    public void Version_2_leaves_the_peer_where_there_is_no_TCP_client()
    {
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Local, 0x00, []), null);
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Local, 0x11, new byte[12]), null);
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Local, 0xFF, new byte[5]), null);
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x00, []), null);
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x12, new byte[12]), null);
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x22, new byte[36]), null);
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x31, new byte[216]), null);
        AssertHeader(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x32, new byte[216]), null);
    }

    [Fact]
    public void A_checksum_is_checked()
    {
        var header = ProxyHeaders.WithChecksum(ProxyHeaders.Version2(V4, V4To, ProxyHeaders.Tlv(0x03, 0, 0, 0, 0)));

        AssertHeader(header, V4);
        for (var i = 16; i < header.Length; i++)
        {
            var damaged = header.ToArray();
            damaged[i] ^= 1;
            if (i is not (>= 28 and < 31))
                AssertInvalid(damaged);
        }
    }

    [Fact]
    public void The_checksum_is_the_one_that_others_compute()
    {
        // The check value of CRC-32C is that of "123456789": E3069283.
        var crc = "123456789"u8.ToArray().Aggregate(uint.MaxValue, System.Numerics.BitOperations.Crc32C);

        Assert.Equal(0xE3069283, ~crc);
    }

    [Fact]
    public void A_wrong_version_2_is_invalid()
    {
        AssertInvalid(ProxyHeaders.Version2(0x11, 0x11, new byte[12]));
        AssertInvalid(ProxyHeaders.Version2(0x22, 0x11, new byte[12]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x13, new byte[12]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x41, new byte[12]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x11, new byte[11]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x21, new byte[35]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x31, new byte[215]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x11, [.. new byte[12], 4, 0]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x11, [.. new byte[12], 4, 0, 2, 0]));
        AssertInvalid(ProxyHeaders.Version2(ProxyHeaders.Proxy, 0x11, [.. new byte[12], 3, 0, 2, 0, 0]));
    }

    [Fact]
    public void A_length_beyond_the_bound_is_invalid_before_anything_of_it_comes()
    {
        AssertHeader(ProxyHeaders.Version2(V4, V4To, ProxyHeaders.Tlv(0x04, new byte[505])), V4);
        AssertInvalid(ProxyHeaders.Version2(V4, V4To, ProxyHeaders.Tlv(0x04, new byte[506])));
        Assert.Equal(ProxyProtocolStatus.Invalid, Parse(ProxyHeaders.Version2(ProxyHeaders.Local, 0, new byte[521])[..16]).Status);
    }

    [Fact]
    public void Random_damage_never_throws_nor_reads_beyond_the_bound()
    {
        byte[][] seeds =
        [
            [.. "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"u8],
            [.. "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"u8],
            ProxyHeaders.Version2(V4, V4To, ProxyHeaders.Tlv(0x04, 1, 2, 3)),
            ProxyHeaders.WithChecksum(ProxyHeaders.Version2(V6, V6To, ProxyHeaders.Tlv(0x03, 0, 0, 0, 0))),
        ];
        var random = new Random(20_261_121);
        for (var round = 0; round < 200_000; round++)
        {
            byte[] bytes = [.. seeds[random.Next(seeds.Length)], .. new byte[random.Next(4)]];
            for (var damage = random.Next(4); damage >= 0; damage--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var cut = bytes[..random.Next(bytes.Length + 1)];

            var (status, length, source) = Parse(cut);

            Assert.True(status == ProxyProtocolStatus.Complete ? length > 0 && length <= cut.Length : length == 0 && source is null);
        }
    }

    // On every prefix more is needed; whatever follows is not the header's.
    private static void AssertHeader(byte[] header, IPEndPoint? source)
    {
        for (var i = 0; i < header.Length; i++)
            Assert.Equal((ProxyProtocolStatus.NeedMore, 0, null), Parse(header[..i]));
        Assert.Equal((ProxyProtocolStatus.Complete, header.Length, source), Parse(header));
        Assert.Equal((ProxyProtocolStatus.Complete, header.Length, source), Parse([.. header, .. "GET / HTTP/1.1\r\n"u8]));
        Assert.Equal((ProxyProtocolStatus.Complete, header.Length, source), Parse([.. header, .. header]));
    }

    // It may be known early, and once known it stays.
    private static void AssertInvalid(byte[] bytes)
    {
        var known = false;
        for (var i = 0; i <= bytes.Length; i++)
        {
            var (status, length, source) = Parse(bytes[..i]);
            Assert.Equal((0, null), (length, source));
            Assert.Equal(known || status == ProxyProtocolStatus.Invalid ? ProxyProtocolStatus.Invalid : ProxyProtocolStatus.NeedMore, status);
            known = status == ProxyProtocolStatus.Invalid;
        }

        Assert.True(known);
    }

    private static (ProxyProtocolStatus Status, int Length, IPEndPoint? Source) Parse(byte[] bytes)
    {
        var status = ProxyProtocol.Parse(bytes, out var length, out var source);
        return (status, length, source);
    }
}
