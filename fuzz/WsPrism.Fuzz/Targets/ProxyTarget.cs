using System.Text;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Fuzz.Targets;

/// <summary>Reads the first bytes of a connection as a PROXY protocol header: whatever arrived so far, the verdict may sharpen but never change.</summary>
internal sealed class ProxyTarget : IFuzzTarget
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    public string Name => "proxy";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET / HTTP/1.1\r\n"),
        Encoding.ASCII.GetBytes("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"),
        Encoding.ASCII.GetBytes("PROXY UNKNOWN\r\n"),
        [.. Signature, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 0xDC, 0x04, 0x01, 0xBB],
        [.. Signature, 0x20, 0x00, 0, 0],
        [.. Signature, 0x21, 0x31, 0, 216, .. new byte[216]],
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        Signature, [0x21, 0x11], [0x21, 0x21], [0x20, 0x00],
        .. new[] { "PROXY ", "TCP4 ", "TCP6 ", "UNKNOWN", "\r\n", " ", "0", "65535", "65536", "::", "255.255.255.255" }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var whole = ProxyProtocol.Parse(input, out var length, out var source);
        BrokenInvariantException.ThrowIfNot(length >= 0 && length <= Math.Min(input.Length, ProxyProtocol.MaxLength), "a header lies within what came");
        BrokenInvariantException.ThrowIfNot(source is null || whole == ProxyProtocolStatus.Complete, "only a whole header names a source");

        for (var cut = 0; cut < input.Length; cut++)
        {
            var part = ProxyProtocol.Parse(input[..cut], out var partLength, out var partSource);
            BrokenInvariantException.ThrowIfNot(
                part == ProxyProtocolStatus.NeedMore || (part == whole && partLength == length && Equals(partSource, source)),
                "what was decided on fewer bytes holds with more");
            BrokenInvariantException.ThrowIfNot(
                whole != ProxyProtocolStatus.Complete || part != ProxyProtocolStatus.Complete || cut >= length, "a header is not whole before its end");
        }
    }
}
