using WsPrism.Core.Configuration;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Delivery;

/// <summary>The bounds of one session's outbox, compiled from <c>limits.outbound</c> and <c>policy.slow_consumer</c>.</summary>
internal sealed record OutboxLimits(int ExtMessages, int ExtBytes, int HotMaxKeys, int HotReliableBytes, SlowConsumerRule SlowConsumer)
{
    /// <summary>Control frames that may wait: far more than an honest client has in flight, and not configurable, so that <c>sys.*</c> cannot be starved.</summary>
    public const int ControlFrames = 256;

    /// <summary>Bytes of control frames that may wait.</summary>
    public const int ControlBytes = 262_144;

    /// <summary>Bytes a second, 0 for any number: lossy Hot frames wait for them.</summary>
    public int MaxBytesPerS { get; init; }

    /// <summary>Bytes at once after a silence: a quarter of a second's worth, but at least the longest frame of a client with what a relay adds to it.</summary>
    public int BurstBytes { get; init; }

    public static OutboxLimits From(TenantConfig tenant) => new(
        tenant.Limits.Outbound.ExtMessages,
        tenant.Limits.Outbound.ExtBytes,
        tenant.Limits.Outbound.HotMaxKeys,
        tenant.Limits.Outbound.HotReliableBytes,
        tenant.Policy.SlowConsumer)
    {
        MaxBytesPerS = tenant.Limits.Outbound.MaxBytesPerS,
        BurstBytes = Math.Max(tenant.Limits.Outbound.MaxBytesPerS / 4, tenant.Limits.MaxFrameBytes + HotFrame.MaxHeaderLength),
    };
}
