using WsPrism.Configuration.Description;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Sections;

/// <summary>The <c>gateway</c> section and what is below it.</summary>
internal static class GatewaySections
{
    private static readonly ChoiceSpec<string> Level = ChoiceSpec.Words("trace", "debug", "info", "warn", "error", "none");

    private static readonly SectionSpec<TlsConfig> Tls = new SectionSpec<TlsConfig>()
        .Key(x => x.CertFile!, new FileSpec(), "PEM certificate chain; needs `key_file`.")
        .Key(x => x.KeyFile!, new FileSpec(), "PEM private key of `cert_file`.")
        .Key(x => x.PfxFile!, new FileSpec(), "PKCS #12 file, instead of the PEM pair.")
        .Key(x => x.Password!, Texts.Secret, "Password of `pfx_file`; write it as `${NAME}` or `${file:PATH}`.")
        .Rule(GatewayRules.TlsIsOneOrTheOther);

    private static readonly SectionSpec<HandshakeLimitConfig> HandshakeLimit = new SectionSpec<HandshakeLimitConfig>()
        .Key(x => x.Enabled, new BoolSpec(), "False lets every handshake through to the other checks.")
        .Key(x => x.GlobalRps, new IntSpec(1, int.MaxValue), "Handshakes a second in all.")
        .Key(x => x.GlobalBurst, new IntSpec(1, int.MaxValue), "Handshakes at once in all.")
        .Key(x => x.PerIpRps, new IntSpec(1, int.MaxValue), "Handshakes a second from one address (IPv6: one /64).")
        .Key(x => x.PerIpBurst, new IntSpec(1, int.MaxValue), "Handshakes at once from one address.")
        .Key(x => x.MaxIpEntries, new IntSpec(1, 10_000_000), "Addresses remembered; the least recently seen is forgotten first.");

    private static readonly SectionSpec<TcpConfig> Tcp = new SectionSpec<TcpConfig>()
        .Key(x => x.Listen, Texts.ListenOrOff, "Where clients that have no WebSocket connect; empty: nowhere. `tls` holds for it too.", taking: Taking.ByRestart);

    private static readonly SectionSpec<AdminConfig> Admin = new SectionSpec<AdminConfig>()
        .Key(x => x.Listen, Texts.Listen, "Where `/metrics`, `/healthz`, `/readyz` and the server API are served; never the client listener, and best kept on loopback.", taking: Taking.ByRestart)
        .Key(x => x.Tls!, Tls, "Certificate of the admin listener, of its own: with it the listener may be reached from other machines.", taking: Taking.ByRestart)
        .Key(x => x.ApiKeys, new ListSpec<string>(Texts.ApiKey), "The operator's keys of the server API: they reach every tenant. Without any key, here or in a tenant, the API is closed.")
        .Key(x => x.RateLimitRps, new IntSpec(1, 1_000_000), "Operations a second with one key of the server API; each message of a batch is one.")
        .Key(x => x.RateLimitBurst, new IntSpec(1_000, 1_000_000), "Operations at once with one key; at least what a batch may have.");

    private static readonly SectionSpec<LoggingConfig> Logging = new SectionSpec<LoggingConfig>()
        .Key(x => x.Level, Level, "Least level that is logged.")
        .Key(x => x.Format, ChoiceSpec.Words("console", "json"), "Lines for people, or one JSON object a line.", taking: Taking.ByRestart)
        .Key(
            x => x.Categories,
            new MapSpec<string, string>(MapKey.Text(Texts.Category), Level),
            "Levels by category prefix, for example `WsPrism.Sessions: debug`.");

    private static readonly SectionSpec<HistoryConfig> History = new SectionSpec<HistoryConfig>()
        .Key(x => x.Path, new FileSpec(mustExist: false), "SQLite file of rooms with `history.store: sqlite`; made where it is missing, opened only where a rule needs it. One gateway a file.", taking: Taking.ByRestart);

    public static readonly SectionSpec<GatewayConfig> Gateway = new SectionSpec<GatewayConfig>()
        .Key(x => x.Listen, Texts.Listen, "Where clients connect by WebSocket. Port 0 lets the system choose.", taking: Taking.ByRestart)
        .Key(x => x.Tls!, Tls, "Certificate of the client listeners (`listen` and `tcp.listen`); left out, they serve in the clear.", taking: Taking.ByRestart)
        .Key(x => x.PingIntervalMs, new IntSpec(5_000, 120_000), "Time between two pings to a client.")
        .Key(x => x.IdleTimeoutMs, new IntSpec(10_000, 600_000), "A session from which nothing came for so long is closed with 4411; more than `ping_interval_ms`.")
        .Key(x => x.WriterSendTimeoutMs, new IntSpec(50, 60_000), "A connection whose write makes no progress for so long is closed with 4410.")
        .Key(x => x.DrainGraceMs, new IntSpec(0, 600_000), "Time over which a drain closes the sessions.")
        .Key(x => x.Production, new BoolSpec(), "True refuses development conveniences: dev tickets and the demo page.")
        .Key(x => x.Shards, new IntSpec(0, 256), "Number of shards; 0 takes one per core.", taking: Taking.ByRestart)
        .Key(x => x.Io, new ChoiceSpec<string>([("auto", "auto"), ("epoll", "epoll"), ("io_uring", "io_uring"), ("portable", "portable")]), "How bytes are moved: by event loops of our own on Linux, which write to one socket after the other (`epoll`) or to all that have something to say at once (`io_uring`), or on the thread pool (`portable`). `auto` takes the best that the system allows. TLS and Unix sockets are always portable.", taking: Taking.ByRestart)
        .Key(x => x.TrustedProxies, new ListSpec<string>(Texts.Network), "Addresses and networks whose `X-Forwarded-For` and PROXY protocol headers are believed; nobody else's are.")
        .Key(x => x.HandshakeLimit, HandshakeLimit, "Token buckets before any other work of a handshake.")
        .Key(x => x.Tcp, Tcp, "The TCP listener.")
        .Key(x => x.Admin, Admin, "The admin listener.")
        .Key(x => x.Logging, Logging, "Level and format of the log.")
        .Key(x => x.History, History, "Room histories that outlive the process.")
        .Later("quic", "cluster", "tracing")
        .Rule(GatewayRules.IdleTimeoutIsLongerThanPings)
        .Rule(GatewayRules.ListenersDiffer)
        .Rule(GatewayRules.AdminIsBestOnLoopback);
}
