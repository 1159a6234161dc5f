using WsPrism.Configuration.Description;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Sections;

/// <summary>Rules of the <c>gateway</c> section that are about more than one key.</summary>
internal static class GatewayRules
{
    public static TlsConfig TlsIsOneOrTheOther(TlsConfig tls, SectionScope scope)
    {
        var (cert, key, pfx) = (scope.Written("cert_file"), scope.Written("key_file"), scope.Written("pfx_file"));
        if (pfx && (cert || key))
            scope.Error("pfx_file", "must not be set together with cert_file and key_file: keep one of the two");
        else if (cert && !key)
            scope.Error("key_file", "is required: cert_file needs the private key that belongs to it");
        else if (key && !cert)
            scope.Error("cert_file", "is required: key_file needs the certificate that belongs to it");
        else if (!cert && !pfx)
            scope.Error("", "must have cert_file and key_file, or pfx_file");
        if (!pfx && scope.Written("password"))
            scope.Error("password", "must be left out: it belongs to pfx_file");
        return tls;
    }

    public static GatewayConfig IdleTimeoutIsLongerThanPings(GatewayConfig gateway, SectionScope scope)
    {
        var at = scope.Written("idle_timeout_ms") ? "idle_timeout_ms" : "ping_interval_ms";
        if (gateway.IdleTimeoutMs <= gateway.PingIntervalMs && scope.Good("idle_timeout_ms", "ping_interval_ms"))
        {
            var (idle, ping) = (scope.Show("idle_timeout_ms", gateway.IdleTimeoutMs), scope.Show("ping_interval_ms", gateway.PingIntervalMs));
            scope.Error(at, $"idle_timeout_ms must be more than ping_interval_ms, got {idle} and {ping}");
        }

        return gateway;
    }

    public static GatewayConfig ListenersDiffer(GatewayConfig gateway, SectionScope scope)
    {
        if (Meet(scope, ("listen", gateway.Listen), ("admin.listen", gateway.Admin.Listen)))
            scope.Error(At(scope, "admin.listen", "listen"), "gateway.listen and gateway.admin.listen must not be the same address: the admin listener is never public");
        if (Meet(scope, ("tcp.listen", gateway.Tcp.Listen), ("admin.listen", gateway.Admin.Listen)))
            scope.Error(At(scope, "tcp.listen", "admin.listen"), "gateway.tcp.listen and gateway.admin.listen must not be the same address: the admin listener is never public");
        if (Meet(scope, ("tcp.listen", gateway.Tcp.Listen), ("listen", gateway.Listen)))
            scope.Error(At(scope, "tcp.listen", "listen"), "gateway.tcp.listen and gateway.listen must not be the same address: each speaks a protocol of its own");
        return gateway;
    }

    public static GatewayConfig AdminIsBestOnLoopback(GatewayConfig gateway, SectionScope scope)
    {
        if (scope.Good("admin") && gateway.Admin.Tls is null && ListenAddress.TryParse(gateway.Admin.Listen, out var admin) && !admin.IsLoopback)
            scope.Warn("admin.listen", "the admin listener is reachable from other machines, in plain text: set admin.tls, or keep it on 127.0.0.1 or behind a firewall");
        return gateway;
    }

    // The first key that was written, or the second: where an error about both is shown.
    private static string At(SectionScope scope, string first, string second) => scope.Written(first) ? first : second;

    private static bool Meet(SectionScope scope, (string Key, string Listen) one, (string Key, string Listen) other) =>
        scope.Good(one.Key, other.Key)
        && ListenAddress.TryParse(one.Listen, out var first)
        && ListenAddress.TryParse(other.Listen, out var second)
        && first.Collides(second);
}
