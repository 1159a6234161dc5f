using System.Net;

namespace WsPrism.Gateway.Handshake;

/// <summary>Whose word on a client's address is believed: <c>gateway.trusted_proxies</c>. A reload changes it. Safe for all threads.</summary>
internal sealed class TrustedProxies
{
    private volatile IPNetwork[] _networks = [];

    public TrustedProxies(IReadOnlyList<string> entries) => Configure(entries);

    /// <summary>From here on it is theirs.</summary>
    public void Configure(IReadOnlyList<string> entries) =>
        _networks = [.. entries.Select(entry => entry.Contains('/') ? IPNetwork.Parse(entry) : SingleAddress(IPAddress.Parse(entry)))];

    public bool Contains(IPAddress address)
    {
        var networks = _networks;
        if (networks.Length == 0)
        {
            return false;
        }

        var plain = Normalize(address);
        return Array.Exists(networks, network => network.Contains(plain));
    }

    /// <summary>The address of a peer. A Unix socket has none: whoever is there is on this machine.</summary>
    public static IPAddress AddressOf(EndPoint? peer) => Normalize((peer as IPEndPoint)?.Address ?? IPAddress.Loopback);

    /// <summary>IPv4 is IPv4, also where a dual-stack socket says <c>::ffff:192.0.2.1</c>.</summary>
    public static IPAddress Normalize(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork SingleAddress(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
