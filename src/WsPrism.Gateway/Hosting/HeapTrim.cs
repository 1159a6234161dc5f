using WsPrism.Core;
using WsPrism.Core.Delivery;
using WsPrism.Gateway.Handshake;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Hosting;

/// <summary>
/// Gives back what a storm of handshakes left on the heap, once the gateway has come to rest. Without it the collector keeps that memory until there is
/// enough to do for another collection, which an idle gateway never has. Under load it does nothing: there a collection's pause would be felt.
/// </summary>
internal sealed partial class HeapTrim : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly GatewayNode _node;
    private readonly HandshakeCounters _handshakes;
    private readonly ILogger _logger;
    private readonly RestDetector _rest = new();
    private readonly ITimer _timer;

    public HeapTrim(GatewayNode node, HandshakeCounters handshakes, TimeProvider time, ILogger logger)
    {
        _node = node;
        _handshakes = handshakes;
        _logger = logger;
        _timer = time.CreateTimer(static trim => ((HeapTrim)trim!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Rearm();
    }

    public void Dispose() => _timer.Dispose();

    // Never two at once: the next look is ordered when this one is over.
    private void Rearm() => _timer.Change(Period, Timeout.InfiniteTimeSpan);

    private void Look()
    {
        if (_rest.IsAtRest(_handshakes.All.Sum(entry => entry.Count), Messages()))
        {
            var before = Environment.WorkingSet;
            var paused = GC.GetTotalPauseDuration();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Log.Trimmed(_logger, (before - Environment.WorkingSet) / 1_048_576, (GC.GetTotalPauseDuration() - paused).TotalMilliseconds);
        }

        Rearm();
    }

    // What came in and what went out. Heartbeats are no messages, and `sys.*` to clients are answers to what came in.
    private long Messages()
    {
        var messages = 0L;
        foreach (var tenant in _node.Tenants)
        {
            foreach (var shard in tenant.Shards)
            {
                messages += shard.Counters.MessagesIn(Lane.Ext) + shard.Counters.MessagesIn(Lane.Hot);
                messages += shard.Ledger.Accepted(DeliveryClass.HotReliable) + shard.Ledger.Accepted(DeliveryClass.HotLossy) + shard.Ledger.Accepted(DeliveryClass.Ext);
            }
        }

        return messages;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "At rest after many connections: {MiB} MiB given back in a pause of {Pause:0.0} ms.")]
        public static partial void Trimmed(ILogger logger, long miB, double pause);
    }
}
