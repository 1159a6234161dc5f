using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WsPrism.Configuration;
using WsPrism.Core.Configuration;

namespace WsPrism.Gateway.Hosting;

/// <summary>Opens Kestrel endpoints from the configuration's words.</summary>
internal static class ListenerExtensions
{
    public static void Listen(this KestrelServerOptions options, string listen, TlsConfig? tls)
    {
        if (!ListenAddress.TryParse(listen, out var address))
        {
            throw new ArgumentException("The configuration was not validated.", nameof(listen));
        }

        Action<ListenOptions> configure = endpoint =>
        {
            // HTTP/2 only behind TLS, where ALPN settles it; in the clear it would shut out HTTP/1.1 clients.
            endpoint.Protocols = tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (tls is not null)
            {
                endpoint.UseHttps(LoadCertificate(tls));
            }
        };
        if (address.UnixPath is { } path)
        {
            // What an earlier run left behind would be in the way; a socket that is alive refuses the bind all the same when it is replaced under load.
            File.Delete(path);
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

    private static X509Certificate2 LoadCertificate(TlsConfig tls)
    {
        if (tls.PfxFile is not null)
        {
            return X509CertificateLoader.LoadPkcs12FromFile(tls.PfxFile, tls.Password);
        }

        return X509Certificate2.CreateFromPemFile(tls.CertFile!, tls.KeyFile);
    }
}
