using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WsPrism.Configuration;

namespace WsPrism.Gateway.Hosting;

/// <summary>Opens Kestrel endpoints from the configuration's words.</summary>
internal static class ListenerExtensions
{
    public static void Listen(this KestrelServerOptions options, string listen, Action<ListenOptions> configure)
    {
        if (!ListenAddress.TryParse(listen, out var address))
        {
            throw new ArgumentException("The configuration was not validated.", nameof(listen));
        }

        if (address.UnixPath is { } path)
        {
            options.ListenUnixSocket(path, configure);
        }
        else if (address.Host == "localhost")
        {
            options.ListenLocalhost(address.Port, configure);
        }
        else
        {
            options.Listen(address.Host == "*" ? IPAddress.IPv6Any : IPAddress.Parse(address.Host), address.Port, configure);
        }
    }
}
