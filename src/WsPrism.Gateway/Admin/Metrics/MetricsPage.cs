using System.Buffers;
using WsPrism.Backend;
using WsPrism.Core;
using WsPrism.Gateway.Admin.Api;
using WsPrism.Gateway.Handshake;
using WsPrism.Gateway.Reload;
using WsPrism.Plugins;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Sums what the shards count into <c>/metrics</c>: one type a subject, all of them over the tenants of one moment.</summary>
internal sealed class MetricsPage
{
    private readonly GatewayNode _node;
    private readonly BackendServices _backends;
    private readonly PluginServices _plugins;
    private readonly HandshakeCounters _handshakes;
    private readonly ApiCounters _api;
    private readonly ReloadCounters _reloads;
    private readonly LedgerMetrics _ledgers;
    private readonly ProcessMetrics _process;

    public MetricsPage(
        GatewayNode node, BackendServices backends, PluginServices plugins, HandshakeCounters handshakes, ApiCounters api, ReloadCounters reloads, TimeProvider time)
    {
        _node = node;
        _backends = backends;
        _plugins = plugins;
        _handshakes = handshakes;
        _api = api;
        _reloads = reloads;
        _ledgers = new LedgerMetrics(node, time);
        _process = new ProcessMetrics(node, time);
    }

    public async Task WriteAsync(IBufferWriter<byte> output)
    {
        var tenants = _node.Tenants.ToArray();
        var ledgers = await _ledgers.ReadAsync(tenants);
        var page = new PrometheusWriter(output);
        SessionMetrics.Write(page, tenants);
        ResumeMetrics.Write(page, tenants);
        HandshakeMetrics.Write(page, _handshakes);
        TicketMetrics.Write(page, tenants);
        TrafficMetrics.Write(page, tenants, ledgers);
        PolicyMetrics.Write(page, tenants);
        LedgerMetrics.Write(page, ledgers);
        ServiceMetrics.Write(page, tenants);
        MarketMetrics.Write(page, tenants);
        HistoryMetrics.Write(page, tenants, _node.History);
        BackendMetrics.Write(page, _backends);
        LinkMetrics.Write(page, _backends.Links);
        PluginMetrics.Write(page, _plugins);
        ApiMetrics.Write(page, _api);
        ReloadMetrics.Write(page, _reloads);
        _process.Write(page);
    }
}
