using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace WsPrism.Configuration;

/// <summary>A parsed <c>listen</c>: a host and a port, or the path of a Unix socket.</summary>
/// <param name="Host">An IP address without brackets, <c>localhost</c>, or <c>*</c> for every address; empty for a Unix socket.</param>
/// <param name="Port">0 lets the system choose.</param>
/// <param name="UnixPath">Absolute path of the Unix socket; null for TCP.</param>
public sealed record ListenAddress(string Host, int Port, string? UnixPath)
{
    // sockaddr_un holds 108 bytes with the NUL at the end.
    private const int MaxUnixPathBytes = 107;

    /// <summary>True where only this machine can connect.</summary>
    public bool IsLoopback => UnixPath is not null || Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    private bool IsEveryAddress => Host is "*" or "0.0.0.0" or "::";

    // "localhost" binds both 127.0.0.1 and [::1]; those two on their own do not meet.
    private bool IsLocalName => Host is "localhost" or "127.0.0.1" or "::1";

    /// <summary>Reads <c>host:port</c>, <c>[v6]:port</c> or <c>unix:/path</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = text.StartsWith("unix:", StringComparison.Ordinal) ? ParseUnix(text[5..]) : ParseTcp(text);
        return address is not null;
    }

    /// <summary>True where two listeners cannot both have their address.</summary>
    public bool Collides(ListenAddress other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (UnixPath is not null || other.UnixPath is not null)
            return UnixPath == other.UnixPath;
        return Port != 0 && Port == other.Port && (Host == other.Host || IsEveryAddress || other.IsEveryAddress || ((Host == "localhost" || other.Host == "localhost") && IsLocalName && other.IsLocalName));
    }

    private static ListenAddress? ParseUnix(string path)
    {
        var good = path.Length > 1 && path[0] == '/' && path[^1] != '/' && !path.Any(char.IsControl) && Encoding.UTF8.GetByteCount(path) <= MaxUnixPathBytes;
        return good ? new("", 0, path) : null;
    }

    private static ListenAddress? ParseTcp(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !TryParsePort(text[(colon + 1)..], out var port))
            return null;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            return IpText.TryParse(host[1..^1], out var v6) && host.Contains(':', StringComparison.Ordinal) ? new(v6.ToString(), port, null) : null;
        var known = host is "*" or "localhost" || (!host.Contains(':', StringComparison.Ordinal) && IpText.TryParse(host, out _));
        return known ? new(host, port, null) : null;
    }

    private static bool TryParsePort(string text, out int port)
    {
        var good = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;
        return good && (text.Length == 1 || text[0] != '0');
    }
}
