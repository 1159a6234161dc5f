using System.Net;

namespace WsPrism.Gateway.Handshake;

/// <summary>Finds the client's address: the peer's, or what trusted proxies say of it.</summary>
internal sealed class ClientAddress(TrustedProxies trusted)
{
    /// <summary>
    /// Walks <c>X-Forwarded-For</c> from its end, where the nearest proxy wrote, for as long as who wrote it is trusted; what a stranger put at its beginning is
    /// never reached. Where a PROXY header came first, its address is the peer.
    /// </summary>
    public IPAddress Of(HttpContext http)
    {
        // A Unix socket has no address: whoever is there is on this machine.
        var address = TrustedProxies.Normalize(http.Connection.RemoteIpAddress ?? IPAddress.Loopback);
        if (!trusted.Contains(address))
        {
            return address;
        }

        var hops = http.Request.Headers["X-Forwarded-For"].SelectMany(line => line?.Split(',') ?? []).ToArray();
        for (var i = hops.Length - 1; i >= 0 && trusted.Contains(address); i--)
        {
            if (!IPAddress.TryParse(hops[i].Trim(), out var hop))
            {
                break;
            }

            address = TrustedProxies.Normalize(hop);
        }

        return address;
    }
}
