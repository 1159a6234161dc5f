using WsPrism.Core.Configuration;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Policies;

/// <summary>
/// A tenant's policy, compiled once and never changed: a reload makes a new one and swaps it whole. Decides what may be sent; how fast is decided by
/// <see cref="RateLimiter"/>, which holds the state. Safe for all threads.
/// </summary>
internal sealed class PolicySnapshot
{
    private readonly bool _hotRequiresActiveRoom;

    public PolicySnapshot(PolicyConfig config)
    {
        Config = config;
        IsShadow = config.Mode == PolicyMode.Shadow;
        ExtAllowlist = new ExtAllowlist(config.ExtAllowlist);
        HotAllowlist = new HotAllowlist(config.HotAllowlist);
        ExtRate = new RateLimit(config.RateLimitRps, config.RateLimitBurst);
        HasHotRate = config.HotRateLimitRps > 0;

        // The file has one burst; a Hot bucket of its own takes it too.
        HotRate = HasHotRate ? new RateLimit(config.HotRateLimitRps, config.RateLimitBurst) : ExtRate;
        _hotRequiresActiveRoom = config.HotRequiresActiveRoom;
    }

    public PolicyConfig Config { get; }

    /// <summary>True where refusals are counted and logged but not carried out.</summary>
    public bool IsShadow { get; }

    public ExtAllowlist ExtAllowlist { get; }

    public HotAllowlist HotAllowlist { get; }

    /// <summary>Rate of envelopes, and of Hot frames where these have no bucket of their own.</summary>
    public RateLimit ExtRate { get; }

    /// <summary>Rate of Hot frames.</summary>
    public RateLimit HotRate { get; }

    /// <summary>True where Hot frames have a bucket of their own.</summary>
    public bool HasHotRate { get; }

    /// <summary>PROTOCOL §7: leaving and unsubscribing are never refused for rate, so that a client over its limit can always want less.</summary>
    public static bool IsExemptFromRate(ReadOnlySpan<byte> svc, ReadOnlySpan<byte> type) =>
        IsLeaving(svc, type) || (svc.SequenceEqual("market"u8) && type.SequenceEqual("unsubscribe"u8));

    /// <summary>Decides on an envelope by its route.</summary>
    public PolicyVerdict AdmitExt(ReadOnlySpan<byte> svc, ReadOnlySpan<byte> type)
    {
        if (ExtAllowlist.Find(svc, type) != ExtAllowlist.None)
        {
            return PolicyVerdict.Pass(PolicyReason.Allowlist);
        }

        return IsAlwaysAllowed(svc, type)
            ? PolicyVerdict.Pass(PolicyReason.AlwaysAllowed)
            : PolicyVerdict.Reject(PolicyReason.NotAllowed, ErrorCode.NotAllowed);
    }

    /// <summary>Decides on a Hot frame by its route and by whether its sender has an active room.</summary>
    public PolicyVerdict AdmitHot(in HotFrame frame, bool hasActiveRoom)
    {
        if (!HotAllowlist.Allows(frame.SvcId, frame.Opcode))
        {
            return PolicyVerdict.Reject(PolicyReason.NotAllowed, ErrorCode.NotAllowed);
        }

        return _hotRequiresActiveRoom && !hasActiveRoom && (frame.Flags & HotFlags.Room) == 0
            ? PolicyVerdict.Reject(PolicyReason.NoActiveRoom, ErrorCode.NotInRoom)
            : PolicyVerdict.Pass(PolicyReason.Allowlist);
    }

    private static bool IsAlwaysAllowed(ReadOnlySpan<byte> svc, ReadOnlySpan<byte> type) =>
        svc.SequenceEqual("sys"u8) ? type.SequenceEqual("ping"u8) || type.SequenceEqual("refresh"u8) : IsLeaving(svc, type);

    private static bool IsLeaving(ReadOnlySpan<byte> svc, ReadOnlySpan<byte> type) =>
        type.SequenceEqual("leave"u8) && (svc.SequenceEqual("room"u8) || svc.SequenceEqual("party"u8));
}
