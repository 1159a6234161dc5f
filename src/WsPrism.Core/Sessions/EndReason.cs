namespace WsPrism.Core.Sessions;

/// <summary>Why a session ended: one value becomes the close code, the log line and the metric.</summary>
internal enum EndReason : byte
{
    /// <summary>The client closed.</summary>
    ClientClosed,

    /// <summary>The connection broke without a close.</summary>
    ConnectionLost,

    /// <summary>The gateway is draining.</summary>
    Drained,

    /// <summary>The client broke the framing; the close code says how.</summary>
    ProtocolError,

    /// <summary>The ticket ended.</summary>
    TicketExpired,

    /// <summary>Too many refusals within the window.</summary>
    Violations,

    /// <summary>A newer session of the same user took the place.</summary>
    Replaced,

    /// <summary>The tenant is no longer in the configuration.</summary>
    TenantRemoved,

    /// <summary>The user had too many sessions.</summary>
    TooManySessions,

    /// <summary>The delivery queue overflowed.</summary>
    QueueOverflow,

    /// <summary>A write made no progress.</summary>
    WriteTimeout,

    /// <summary>Nothing came for too long.</summary>
    IdleTimeout,

    /// <summary>A fault of the gateway's own.</summary>
    InternalError,

    /// <summary>The backend or the operator wanted it so, through the server API.</summary>
    Kicked,

    /// <summary>The backend has revoked the ticket.</summary>
    TicketRevoked,

    /// <summary>The connection was lost, and the client did not come back in time.</summary>
    ResumeExpired,

    /// <summary>The connection was lost, and more came for the client than may be kept.</summary>
    ResumeOverrun,

    /// <summary>The session that the client wanted back ended on the way, and the tenant had no seat for another.</summary>
    TenantFull,
}

/// <summary>What each <see cref="EndReason"/> means to others.</summary>
internal static class EndReasons
{
    /// <summary>How many there are.</summary>
    public static readonly int Count = Enum.GetValues<EndReason>().Length;

    /// <summary>The close code (PROTOCOL §8).</summary>
    public static ushort CloseCode(this EndReason reason) => reason switch
    {
        EndReason.ClientClosed => Protocol.CloseCode.Normal,
        EndReason.Drained => Protocol.CloseCode.GoingAway,
        EndReason.ProtocolError => Protocol.CloseCode.ProtocolError,
        EndReason.TicketExpired or EndReason.TicketRevoked => Protocol.CloseCode.TicketExpired,
        EndReason.Violations => Protocol.CloseCode.PolicyViolation,
        EndReason.Replaced or EndReason.TenantRemoved or EndReason.Kicked => Protocol.CloseCode.Kicked,
        EndReason.TooManySessions => Protocol.CloseCode.TooManySessions,
        EndReason.QueueOverflow or EndReason.WriteTimeout => Protocol.CloseCode.SlowConsumer,
        EndReason.IdleTimeout => Protocol.CloseCode.IdleTimeout,
        EndReason.TenantFull => TryAgainLaterCode,
        _ => InternalErrorCode,
    };

    /// <summary>RFC 6455 §7.4.1: the server met a condition that it did not expect.</summary>
    public const ushort InternalErrorCode = 1011;

    // IANA's registry of WebSocket close codes.
    private const ushort TryAgainLaterCode = 1013;

    /// <summary>The name in metrics, logs and the close frame's reason.</summary>
    public static string Name(this EndReason reason) => Names[(int)reason];

    /// <summary>True where what waits is not worth sending: the client is too slow for it, or has lost the right to it.</summary>
    public static bool DiscardsPending(this EndReason reason) => reason is
        EndReason.ClientClosed or EndReason.ConnectionLost or EndReason.ProtocolError or EndReason.Violations or EndReason.TooManySessions
        or EndReason.QueueOverflow or EndReason.WriteTimeout or EndReason.IdleTimeout or EndReason.InternalError or EndReason.ResumeExpired
        or EndReason.ResumeOverrun;

    private static readonly string[] Names =
    [
        "client_closed", "connection_lost", "drained", "protocol_error", "ticket_expired", "violations", "replaced", "tenant_removed",
        "too_many_sessions", "queue_overflow", "write_timeout", "idle_timeout", "internal_error", "kicked", "ticket_revoked", "resume_expired",
        "resume_overrun", "tenant_full",
    ];
}
