namespace WsPrism.Backend.Webhooks;

/// <summary>How a request ended; named in metrics.</summary>
internal enum WebhookOutcome : byte
{
    /// <summary>2xx.</summary>
    Ok,

    /// <summary>4xx: the receiver does not want it, and will not want it again.</summary>
    Refused,

    /// <summary>3xx: never followed.</summary>
    Redirect,

    /// <summary>500 and others: it failed, and may have acted in part.</summary>
    Failed,

    /// <summary>502, 503, 504 or 429: it says of itself that it did not get to it.</summary>
    Unavailable,

    /// <summary>There was no connection: it never arrived.</summary>
    Unreachable,

    /// <summary>The connection ended before the answer did, or what came was not HTTP.</summary>
    Broken,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The answer is longer than any may be.</summary>
    TooLarge,

    /// <summary>2xx, but what it says is not an answer.</summary>
    BadAnswer,

    /// <summary>Not sent: the breaker is open.</summary>
    BreakerOpen,

    /// <summary>Not sent: too many waited.</summary>
    QueueFull,

    /// <summary>Not sent: its time was over before its turn.</summary>
    Expired,
}

/// <summary>Names of <see cref="WebhookOutcome"/>.</summary>
internal static class WebhookOutcomes
{
    /// <summary>Names by value, as in metrics.</summary>
    public static readonly string[] Names =
    [
        "ok", "refused", "redirect", "failed", "unavailable", "unreachable", "broken", "timeout", "too_large", "bad_answer", "breaker_open", "queue_full",
        "expired",
    ];

    public static string Name(this WebhookOutcome outcome) => Names[(int)outcome];

    /// <summary>True where the receiver, or the way to it, is in a bad state.</summary>
    public static bool IsTrouble(this WebhookOutcome outcome) => outcome is
        WebhookOutcome.Failed or WebhookOutcome.Unavailable or WebhookOutcome.Unreachable or WebhookOutcome.Broken or WebhookOutcome.Timeout;

    /// <summary>True where it cannot have been acted on, by what the receiver says or because it never arrived.</summary>
    public static bool IsSafeToRepeat(this WebhookOutcome outcome) => outcome is WebhookOutcome.Unavailable or WebhookOutcome.Unreachable;
}
