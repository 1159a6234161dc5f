using System.Buffers;
using WsPrism.Backend;
using WsPrism.Core;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Sums what the shards count into <c>/metrics</c>: one type a subject, all of them over the tenants of one moment.</summary>
internal sealed class MetricsPage
{
    private readonly GatewayNode _node;
    private readonly BackendServices _backends;
    private readonly HandshakeCounters _handshakes;
    private readonly LedgerMetrics _ledgers;
    private readonly ProcessMetrics _process;

    public MetricsPage(GatewayNode node, BackendServices backends, HandshakeCounters handshakes, TimeProvider time)
    {
        _node = node;
        _backends = backends;
        _handshakes = handshakes;
        _ledgers = new LedgerMetrics(node, time);
        _process = new ProcessMetrics(node, time);
    }

    public async Task WriteAsync(IBufferWriter<byte> output)
    {
        var tenants = _node.Tenants.ToArray();
        var ledgers = await _ledgers.ReadAsync(tenants);
        var page = new PrometheusWriter(output);
        SessionMetrics.Write(page, tenants);
        HandshakeMetrics.Write(page, _handshakes);
        TicketMetrics.Write(page, tenants);
        TrafficMetrics.Write(page, tenants, ledgers);
        PolicyMetrics.Write(page, tenants);
        LedgerMetrics.Write(page, ledgers);
        ServiceMetrics.Write(page, tenants);
        BackendMetrics.Write(page, _backends);
        LinkMetrics.Write(page, _backends.Links);
        _process.Write(page);
    }
}
