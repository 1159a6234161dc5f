using System.Security.Cryptography;
using System.Text;

namespace WsPrism.Transports.WebSockets;

/// <summary>The opening handshake over HTTP/1.1, RFC 6455 section 4.2. Header lines of one name are given joined by a comma (RFC 9110 section 5.2).</summary>
internal static class WebSocketHandshake
{
    public const string Version = "13";

    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyLength = 24;
    private const int NonceLength = 16;

    /// <summary>True for a GET that asks for <c>websocket</c> in version 13 with a proper key.</summary>
    public static bool IsValidUpgrade(
        ReadOnlySpan<char> method,
        ReadOnlySpan<char> connection,
        ReadOnlySpan<char> upgrade,
        ReadOnlySpan<char> version,
        ReadOnlySpan<char> key)
    {
        return method is "GET"
            && HasToken(connection, "upgrade")
            && HasToken(upgrade, "websocket")
            && version.Trim().SequenceEqual(Version)
            && IsValidKey(key.Trim());
    }

    /// <summary>The value of <c>Sec-WebSocket-Accept</c>; false when the key is not base64 of exactly 16 bytes.</summary>
    public static bool TryComputeAccept(ReadOnlySpan<char> key, out string accept)
    {
        key = key.Trim();
        accept = "";

        if (!IsValidKey(key))
            return false;

        Span<byte> text = stackalloc byte[KeyLength + Guid.Length];
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];

        Encoding.ASCII.GetBytes(key, text);
        Encoding.ASCII.GetBytes(Guid, text[KeyLength..]);

        // SHA-1 is what the RFC says. It proves that a WebSocket server answered and protects nothing.
#pragma warning disable CA5350
        SHA1.HashData(text, hash);
#pragma warning restore CA5350

        accept = Convert.ToBase64String(hash);
        return true;
    }

    private static bool IsValidKey(ReadOnlySpan<char> key)
    {
        Span<byte> nonce = stackalloc byte[NonceLength + 2];

        // The decoder skips white space; at this length there is no room for any beside 16 bytes.
        return key.Length == KeyLength && Convert.TryFromBase64Chars(key, nonce, out var length) && length == NonceLength;
    }

    private static bool HasToken(ReadOnlySpan<char> list, ReadOnlySpan<char> token)
    {
        foreach (var element in list.Split(','))
        {
            if (list[element].Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
