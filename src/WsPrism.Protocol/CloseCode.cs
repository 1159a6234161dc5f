namespace WsPrism.Protocol;

/// <summary>
/// Why a connection ended. The same codes travel on every transport; below 4000 they are those of RFC 6455, section 7.4.1.
/// </summary>
public static class CloseCode
{
    /// <summary>1000: a normal end. Do not reconnect.</summary>
    public const ushort Normal = 1000;

    /// <summary>1001: the gateway is draining. Reconnect at once, elsewhere, with jitter.</summary>
    public const ushort GoingAway = 1001;

    /// <summary>1002: the transport's framing was broken. A bug: do not reconnect.</summary>
    public const ushort ProtocolError = 1002;

    /// <summary>1003: a kind of data the endpoint does not take. A bug: do not reconnect.</summary>
    public const ushort UnsupportedData = 1003;

    /// <summary>1007: a text message that is not UTF-8. A bug: do not reconnect.</summary>
    public const ushort InvalidUtf8 = 1007;

    /// <summary>1009: a message over <c>max_frame_bytes</c>. A bug: do not reconnect.</summary>
    public const ushort MessageTooBig = 1009;

    /// <summary>4401: the ticket expired or was revoked during the session. Get a new one and reconnect.</summary>
    public const ushort TicketExpired = 4401;

    /// <summary>4403: closed by policy, after too many violations. Do not reconnect.</summary>
    public const ushort PolicyViolation = 4403;

    /// <summary>4408: kicked by the session policy, the backend or an operator. Reconnecting would kick the other session.</summary>
    public const ushort Kicked = 4408;

    /// <summary>4409: the user has too many sessions and newcomers are denied. Do not reconnect.</summary>
    public const ushort TooManySessions = 4409;

    /// <summary>4410: the client did not read fast enough. Reconnect with back-off and resume.</summary>
    public const ushort SlowConsumer = 4410;

    /// <summary>4411: nothing was heard for the idle timeout. Reconnect and resume.</summary>
    public const ushort IdleTimeout = 4411;
}
