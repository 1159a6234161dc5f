using WsPrism.Backend;
using WsPrism.Backend.Tickets;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Shards;
using WsPrism.Gateway.Admin;
using WsPrism.Gateway.Admin.Api;
using WsPrism.Gateway.Admin.Link;
using WsPrism.Gateway.Cli;
using WsPrism.Gateway.Handshake;
using WsPrism.Gateway.Logging;
using WsPrism.Gateway.Reload;
using WsPrism.Plugins;
using WsPrism.Services;
using WsPrism.Transports.EventLoops;

namespace WsPrism.Gateway.Hosting;

/// <summary>The whole gateway: the node with its shards, the client listener and the admin listener, from start to drain.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    // What the last sessions leave behind is told to backends after they have gone, though the grace time may be over.
    private static readonly TimeSpan MinEventGrace = TimeSpan.FromSeconds(1);

    private readonly WsPrismConfig _config;
    private readonly bool _isDemo;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<StrandExecutor> _strands = [];
    private readonly List<EventLoop> _loops = [];
    private readonly IListener _clients;
    private readonly IListener? _tcp;
    private readonly IListener _admin;
    private readonly ServerCertificate? _certificate;
    private readonly HeapTrim _trim;
    private readonly BackendServices _backends;
    private readonly TicketBackends _ticketBackends;
    private readonly PluginServices _plugins;
    private readonly HistoryFile _history;
    private readonly ServerCertificate? _adminCertificate;
    private readonly TrustedProxies _trusted;
    private readonly ClientEndpoints _pages;
    private readonly ApiEndpoints _api;
    private readonly LogLevels? _levels;

    /// <summary>
    /// Without an <paramref name="origin"/> a reload finds nothing new; without <paramref name="levels"/> what is logged stays. <paramref name="services"/> are there beside
    /// the built-in ones.
    /// </summary>
    public GatewayHost(
        WsPrismConfig config, bool isDemo, TimeProvider time, ILoggerFactory loggers, ConfigOrigin? origin = null, LogLevels? levels = null,
        IReadOnlyList<IExtService>? services = null)
    {
        _config = config;
        _isDemo = isDemo;
        _time = time;
        _levels = levels;
        _logger = loggers.CreateLogger("WsPrism.Gateway");
        _certificate = ServerCertificate.Load(config.Gateway.Tls, "gateway.tls");
        _adminCertificate = ServerCertificate.Load(config.Gateway.Admin.Tls, "gateway.admin.tls");
        var usesLoops = LoopsCanServe(config.Gateway, config.Gateway.Listen) || LoopsCanServe(config.Gateway, config.Gateway.Tcp.Listen);
        var usesRing = usesLoops && UsesRing(config.Gateway);
        _plugins = new PluginServices(PluginKinds.Create(time, loggers));
        if (_plugins.Prepare(config) is { Count: > 0 } problems)
        {
            throw new PluginsException(problems);
        }

        _backends = new BackendServices(time, loggers);
        _ticketBackends = new TicketBackends(time, loggers.CreateLogger("WsPrism.Tickets"));
        Node = new GatewayNode(
            config, new SharedServices([.. BuiltInServices.Ext, .. services ?? []], BuiltInServices.Hot, _backends, _plugins), time, loggers,
            shard => usesLoops ? AddLoop(shard, usesRing, loggers) : AddStrand(shard, time), _ticketBackends);
        _plugins.Settle(config, Node);
        _history = new HistoryFile(config, Node, loggers.CreateLogger("WsPrism.History"));
        var handshakes = new HandshakeCounters();
        _trim = new HeapTrim(Node, handshakes, time, loggers.CreateLogger("WsPrism.Memory"));
        var trusted = _trusted = new TrustedProxies(config.Gateway.TrustedProxies);
        var admission = new Admission(Node, handshakes, new ConnectGate());
        var opener = new SessionOpener(Node);
        var clients = _pages = new ClientEndpoints(new HandshakeEndpoint(admission, opener, trusted), servesPage: !config.Gateway.Production);
        Reload = new Reloader(config, origin ?? new ConfigOrigin("the configuration", null, null), Node, loaded => [.. _plugins.Prepare(loaded), .. _history.Prepare(loaded)], Apply, Settle, loggers.CreateLogger("WsPrism.Reload"));
        _api = new ApiEndpoints(
            Node, new ApiKeys(config, time), new ReloadCall(Reload.RunAsync, () => Reload.Counters.Generation), time, loggers.CreateLogger("WsPrism.Api"));
        var link = new LinkEndpoint(Node, _backends.Links, () => _api.Keys, loggers);
        var admin = new AdminEndpoints(Node, _backends, _plugins, handshakes, _api, link, Reload.Counters, time);
        var listener = new ClientListener(_certificate, trusted, time, loggers);
        _clients = new WebServer(
            "gateway.listen", config.Gateway.Listen, listener.ConfigureHttp, loggers, clients.HandleAsync,
            LoopsCanServe(config.Gateway, config.Gateway.Listen) ? new LoopListenerFactory(_loops, loggers.CreateLogger("WsPrism.EventLoops")) : null);
        _tcp = config.Gateway.Tcp.Listen.Length > 0
            ? CreateTcp(new TcpHandshakes(admission, opener, trusted, loggers.CreateLogger("WsPrism.Handshake")), listener, time, loggers)
            : null;
        _admin = new WebServer(
            "gateway.admin.listen", config.Gateway.Admin.Listen, new AdminListener(_adminCertificate, time).Configure, loggers, admin.HandleAsync);
    }

    public GatewayNode Node { get; }

    public Reloader Reload { get; }

    public string ClientAddress => _clients.Address;

    /// <summary>Empty where the TCP transport is off.</summary>
    public string TcpAddress => _tcp?.Address ?? string.Empty;

    public string AdminAddress => _admin.Address;

    /// <summary>Opens the listeners and says so.</summary>
    public async Task StartAsync()
    {
        foreach (var loop in _loops)
        {
            loop.Start();
        }

        await _admin.StartAsync();
        await _clients.StartAsync();
        if (_tcp is not null)
        {
            await _tcp.StartAsync();
        }

        foreach (var tenant in _config.Tenants)
        {
            StartLog.TenantLoaded(_logger, tenant.Id);
        }

        StartLog.AdminActive(_logger, AdminAddress, _adminCertificate is null ? "" : " (TLS)");
        if (_certificate is null)
        {
            StartLog.Active(_logger, ClientAddress);
        }
        else
        {
            StartLog.ActiveWithTls(_logger, ClientAddress);
        }

        if (_tcp is not null)
        {
            StartLog.TcpActive(_logger, TcpAddress.StartsWith("unix:", StringComparison.Ordinal) ? TcpAddress : $"tcp://{TcpAddress}", _certificate is null ? "" : " (TLS)");
        }

        if (_isDemo)
        {
            StartLog.TryIt(_logger, $"http://{ClientAddress}/");
        }
    }

    /// <summary>Sends everybody away over the grace time, then closes the listeners.</summary>
    public async Task DrainAsync()
    {
        var graceMs = Reload.Running.Gateway.DrainGraceMs;
        StartLog.Draining(_logger, Node.Shards.Sum(shard => shard.SessionCount), graceMs);
        var started = Node.Time.GetTimestamp();
        _backends.Links.AnnounceDrain(graceMs);
        await Node.DrainAsync(TimeSpan.FromMilliseconds(graceMs));
        _backends.Links.Stop();
        var left = TimeSpan.FromMilliseconds(graceMs) - Node.Time.GetElapsedTime(started);
        await _backends.DrainAsync(left > MinEventGrace ? left : MinEventGrace);
        await _clients.StopAsync(TimeSpan.FromSeconds(1));
        if (_tcp is not null)
        {
            await _tcp.StopAsync(TimeSpan.FromSeconds(1));
        }

        await _admin.StopAsync(TimeSpan.FromSeconds(1));
        StartLog.Drained(_logger);
    }

    public async ValueTask DisposeAsync()
    {
        _trim.Dispose();
        await _clients.DisposeAsync();
        if (_tcp is not null)
        {
            await _tcp.DisposeAsync();
        }

        await _admin.DisposeAsync();
        _certificate?.Dispose();
        _adminCertificate?.Dispose();
        Reload.Dispose();
        _history.Dispose();
        _backends.Dispose();
        _ticketBackends.Dispose();
        foreach (var strand in _strands)
        {
            strand.Dispose();
        }

        foreach (var loop in _loops)
        {
            loop.Dispose();
        }

        // Nobody calls them any more.
        _plugins.Dispose();
    }

    // What a reload changes beside the node, each in one step.
    private void Apply(WsPrismConfig config)
    {
        _trusted.Configure(config.Gateway.TrustedProxies);
        _pages.ServesPage = !config.Gateway.Production;
        _api.Keys = new ApiKeys(config, _time, _api.Keys);
        _levels?.Configure(config.Gateway.Logging);
    }

    private void Settle(WsPrismConfig config)
    {
        _backends.Retain([.. config.Tenants.Select(tenant => tenant.Id)]);
        _ticketBackends.Retain(config.Tenants);
        _plugins.Settle(config, Node);
    }

    // What cannot be taken out of Kestrel's hands (TLS, a Unix socket) and other systems is served on streams; a shard that is a loop serves those too.
    private static bool LoopsCanServe(GatewayConfig gateway, string listen) =>
        OperatingSystem.IsLinux() && gateway.Io != "portable" && gateway.Tls is null && listen.Length > 0 && !listen.StartsWith("unix:", StringComparison.Ordinal);

    private IListener CreateTcp(TcpHandshakes handshakes, ClientListener listener, TimeProvider time, ILoggerFactory loggers)
    {
        var listen = _config.Gateway.Tcp.Listen;
        if (LoopsCanServe(_config.Gateway, listen))
        {
            return new LoopTcpListeners(listen, _loops, time, loggers, handshakes);
        }

        var clients = new TcpEndpoint(handshakes, time);
        return new WebServer("gateway.tcp.listen", listen, endpoint => listener.ConfigureTcp(endpoint, clients), loggers, _ => Task.CompletedTask);
    }

    private bool UsesRing(GatewayConfig gateway)
    {
        if (gateway.Io is not ("auto" or "io_uring"))
        {
            return false;
        }

        if (IoUring.Probe() is not { } problem)
        {
            return true;
        }

        if (gateway.Io == "io_uring")
        {
            throw new IoException("io_uring", problem);
        }

        StartLog.NoRing(_logger, problem);
        return false;
    }

    private StrandExecutor AddStrand(Shard shard, TimeProvider time)
    {
        var strand = new StrandExecutor(shard, time);
        _strands.Add(strand);
        return strand;
    }

    private EventLoop AddLoop(Shard shard, bool usesRing, ILoggerFactory loggers)
    {
        var loop = new EventLoop(shard, usesRing, loggers.CreateLogger("WsPrism.EventLoops"));
        _loops.Add(loop);
        return loop;
    }
}
