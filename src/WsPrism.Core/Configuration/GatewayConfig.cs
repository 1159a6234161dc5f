namespace WsPrism.Core.Configuration;

/// <summary>The whole of <c>wsprism.yaml</c>, name for name: what the operator wrote, with the defaults of what was left out.</summary>
public sealed record WsPrismConfig
{
    /// <summary>Version of the file's format; 1 is the only one.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Settings of the process: listeners, timing, protection.</summary>
    public GatewayConfig Gateway { get; init; } = new();

    /// <summary>The tenants, isolated from each other; at least one.</summary>
    public IReadOnlyList<TenantConfig> Tenants { get; init; } = [];
}

/// <summary>The <c>gateway</c> section.</summary>
public sealed record GatewayConfig
{
    /// <summary>Where clients connect: <c>host:port</c>, <c>[v6]:port</c> or <c>unix:/path</c>.</summary>
    public string Listen { get; init; } = "0.0.0.0:8080";

    /// <summary>Certificate of the client listeners; null serves them in the clear.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Time between two pings to a client, 5,000 to 120,000 ms.</summary>
    public int PingIntervalMs { get; init; } = 20_000;

    /// <summary>A session from which nothing came for so long is closed with 4411; 10,000 to 600,000 ms, more than the ping interval.</summary>
    public int IdleTimeoutMs { get; init; } = 60_000;

    /// <summary>A connection whose write makes no progress for so long is closed with 4410; 50 to 60,000 ms.</summary>
    public int WriterSendTimeoutMs { get; init; } = 1_500;

    /// <summary>Time over which a drain closes the sessions; 0 to 600,000 ms.</summary>
    public int DrainGraceMs { get; init; } = 5_000;

    /// <summary>True refuses development conveniences: dev tickets and the demo page.</summary>
    public bool Production { get; init; }

    /// <summary>Number of shards, 0 to 256; 0 takes one per core.</summary>
    public int Shards { get; init; }

    /// <summary>How bytes are moved: <c>auto</c>, <c>epoll</c> or <c>portable</c>.</summary>
    public string Io { get; init; } = "auto";

    /// <summary>CIDRs whose <c>X-Forwarded-For</c> and PROXY protocol headers are believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Token buckets before any other work of a handshake.</summary>
    public HandshakeLimitConfig HandshakeLimit { get; init; } = new();

    /// <summary>The TCP listener.</summary>
    public TcpConfig Tcp { get; init; } = new();

    /// <summary>The admin listener.</summary>
    public AdminConfig Admin { get; init; } = new();

    /// <summary>Level and format of the log.</summary>
    public LoggingConfig Logging { get; init; } = new();

    /// <summary>The file of histories that outlive the process.</summary>
    public HistoryConfig History { get; init; } = new();
}

/// <summary>The <c>gateway.history</c> section.</summary>
public sealed record HistoryConfig
{
    /// <summary>The SQLite file of rooms with <c>store: sqlite</c>; made where it is missing, and opened only where a rule needs it.</summary>
    public string Path { get; init; } = "wsprism-history.db";
}

/// <summary>The <c>gateway.tls</c> section: either a PEM pair or a PFX file.</summary>
public sealed record TlsConfig
{
    /// <summary>PEM certificate chain.</summary>
    public string? CertFile { get; init; }

    /// <summary>PEM private key of <see cref="CertFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>PKCS #12 file, instead of the PEM pair.</summary>
    public string? PfxFile { get; init; }

    /// <summary>Password of <see cref="PfxFile"/>.</summary>
    public string? Password { get; init; }
}

/// <summary>The <c>gateway.handshake_limit</c> section.</summary>
public sealed record HandshakeLimitConfig
{
    /// <summary>False lets every handshake through to the other checks.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Handshakes a second in all; at least 1.</summary>
    public int GlobalRps { get; init; } = 500;

    /// <summary>Handshakes at once in all; at least 1.</summary>
    public int GlobalBurst { get; init; } = 1_000;

    /// <summary>Handshakes a second from one address (IPv6: one /64); at least 1.</summary>
    public int PerIpRps { get; init; } = 10;

    /// <summary>Handshakes at once from one address; at least 1.</summary>
    public int PerIpBurst { get; init; } = 20;

    /// <summary>Addresses remembered; the least recently seen is forgotten first. 1 to 10,000,000.</summary>
    public int MaxIpEntries { get; init; } = 50_000;
}

/// <summary>The <c>gateway.tcp</c> section.</summary>
public sealed record TcpConfig
{
    /// <summary>Where clients without WebSocket connect: <c>host:port</c>, <c>[v6]:port</c> or <c>unix:/path</c>; empty for no such listener.</summary>
    public string Listen { get; init; } = string.Empty;
}

/// <summary>The <c>gateway.admin</c> section.</summary>
public sealed record AdminConfig
{
    /// <summary>Where <c>/metrics</c>, <c>/healthz</c>, <c>/readyz</c> and the server API are served: <c>host:port</c> or <c>unix:/path</c>.</summary>
    public string Listen { get; init; } = "127.0.0.1:9090";

    /// <summary>Certificate of the admin listener; null serves it in the clear.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>The operator's keys of the server API, which reach every tenant; several are valid at once.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Operations a second with one key; 1 to 1,000,000.</summary>
    public int RateLimitRps { get; init; } = 20_000;

    /// <summary>Operations at once with one key; 1,000 to 1,000,000.</summary>
    public int RateLimitBurst { get; init; } = 20_000;
}

/// <summary>The <c>gateway.logging</c> section.</summary>
public sealed record LoggingConfig
{
    /// <summary><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warn</c>, <c>error</c> or <c>none</c>.</summary>
    public string Level { get; init; } = "info";

    /// <summary><c>console</c> or <c>json</c>.</summary>
    public string Format { get; init; } = "console";

    /// <summary>Levels by category prefix, for example <c>WsPrism.Sessions: debug</c>.</summary>
    public IReadOnlyDictionary<string, string> Categories { get; init; } = new Dictionary<string, string>();
}
