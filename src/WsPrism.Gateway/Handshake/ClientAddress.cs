using System.Net;

namespace WsPrism.Gateway.Handshake;

/// <summary>Finds the client's address: the peer's, or what trusted proxies say of it.</summary>
internal sealed class ClientAddress
{
    private readonly IPNetwork[] _trusted;

    public ClientAddress(IReadOnlyList<string> trustedProxies) =>
        _trusted = [.. trustedProxies.Select(entry => entry.Contains('/') ? IPNetwork.Parse(entry) : SingleAddress(IPAddress.Parse(entry)))];

    /// <summary>
    /// Walks <c>X-Forwarded-For</c> from its end, where the nearest proxy wrote, for as long as who wrote it is trusted; what a stranger put at its beginning is
    /// never reached.
    /// </summary>
    public IPAddress Of(HttpContext http)
    {
        // A Unix socket has no address: whoever is there is on this machine.
        var address = Normalize(http.Connection.RemoteIpAddress ?? IPAddress.Loopback);
        if (_trusted.Length == 0 || !IsTrusted(address))
        {
            return address;
        }

        var hops = http.Request.Headers["X-Forwarded-For"].SelectMany(line => line?.Split(',') ?? []).ToArray();
        for (var i = hops.Length - 1; i >= 0 && IsTrusted(address); i--)
        {
            if (!IPAddress.TryParse(hops[i].Trim(), out var hop))
            {
                break;
            }

            address = Normalize(hop);
        }

        return address;
    }

    private static IPAddress Normalize(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork SingleAddress(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);

    private bool IsTrusted(IPAddress address) => Array.Exists(_trusted, network => network.Contains(address));
}
