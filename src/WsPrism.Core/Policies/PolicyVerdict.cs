using WsPrism.Protocol;

namespace WsPrism.Core.Policies;

/// <summary>The policy's answer to one message. <see cref="RetryAfterMs"/> is meant for <see cref="ErrorCode.RateLimited"/> alone.</summary>
internal readonly record struct PolicyVerdict(PolicyDecision Decision, PolicyReason Reason, ErrorCode Code, int RetryAfterMs = 0)
{
    public static PolicyVerdict Pass(PolicyReason reason) => new(PolicyDecision.Pass, reason, ErrorCode.None);

    public static PolicyVerdict Reject(PolicyReason reason, ErrorCode code) => new(PolicyDecision.Reject, reason, code);

    public static PolicyVerdict RateLimited(PolicyReason reason, long retryAfterNs) =>
        new(PolicyDecision.Reject, reason, ErrorCode.RateLimited, (int)Math.Clamp((retryAfterNs + 999_999) / 1_000_000, 1, int.MaxValue));

    /// <summary>True where the message may go on.</summary>
    public bool IsPass => Decision == PolicyDecision.Pass;
}
