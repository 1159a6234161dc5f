namespace WsPrism.Protocol;

/// <summary>
/// Why a message or a connection was refused. The numbers are internal to one process; what travels is the name,
/// see <see cref="ErrorCodeNames"/>. Codes are added, never renamed.
/// </summary>
public enum ErrorCode : byte
{
    /// <summary>No error. It has no name on the wire.</summary>
    None,

    /// <summary><c>BAD_REQUEST</c>: the message is malformed. Sending it again does not help.</summary>
    BadRequest,

    /// <summary><c>AUTH_FAILED</c>: unknown tenant or invalid ticket; the two are not told apart.</summary>
    AuthFailed,

    /// <summary><c>NOT_ALLOWED</c>: the tenant's policy does not allow this.</summary>
    NotAllowed,

    /// <summary><c>RATE_LIMITED</c>: too fast; try again after the stated delay.</summary>
    RateLimited,

    /// <summary><c>PAYLOAD_TOO_LARGE</c>: a size limit of the tenant or the service was exceeded.</summary>
    PayloadTooLarge,

    /// <summary><c>RESOURCE_EXHAUSTED</c>: a quota is used up; it may be free again later.</summary>
    ResourceExhausted,

    /// <summary><c>TOO_MANY_SESSIONS</c>: the user has as many sessions as the session policy permits.</summary>
    TooManySessions,

    /// <summary><c>UNSUPPORTED_VERSION</c>: the envelope's <c>v</c> is an integer other than 1.</summary>
    UnsupportedVersion,

    /// <summary><c>UNKNOWN_SERVICE</c>: no service handles this <c>svc</c> or <c>svc_id</c>.</summary>
    UnknownService,

    /// <summary><c>SERVICE_UNAVAILABLE</c>: the service exists and cannot answer now.</summary>
    ServiceUnavailable,

    /// <summary><c>NOT_IN_ROOM</c>: the message needs a room that the session is not in.</summary>
    NotInRoom,

    /// <summary><c>TIMEOUT</c>: the service did not answer in time; it may have acted all the same.</summary>
    Timeout,

    /// <summary><c>DRAINING</c>: the gateway is going away; reconnect elsewhere.</summary>
    Draining,

    /// <summary><c>INTERNAL</c>: a fault of the gateway.</summary>
    Internal
}
