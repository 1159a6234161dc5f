namespace WsPrism.Protocol;

/// <summary>The stable wire names of <see cref="ErrorCode"/>. Thread-safe; nothing here allocates.</summary>
public static class ErrorCodeNames
{
    private const ErrorCode Last = ErrorCode.Internal;

    /// <summary>
    /// The name as it travels, for example <c>BAD_REQUEST</c>, in ASCII. Empty for <see cref="ErrorCode.None"/>;
    /// <c>INTERNAL</c> for a value that is not a member of the enumeration.
    /// </summary>
    public static ReadOnlySpan<byte> Utf8(this ErrorCode code) => code switch
    {
        ErrorCode.None => default,
        ErrorCode.BadRequest => "BAD_REQUEST"u8,
        ErrorCode.AuthFailed => "AUTH_FAILED"u8,
        ErrorCode.NotAllowed => "NOT_ALLOWED"u8,
        ErrorCode.RateLimited => "RATE_LIMITED"u8,
        ErrorCode.PayloadTooLarge => "PAYLOAD_TOO_LARGE"u8,
        ErrorCode.ResourceExhausted => "RESOURCE_EXHAUSTED"u8,
        ErrorCode.TooManySessions => "TOO_MANY_SESSIONS"u8,
        ErrorCode.UnsupportedVersion => "UNSUPPORTED_VERSION"u8,
        ErrorCode.UnknownService => "UNKNOWN_SERVICE"u8,
        ErrorCode.ServiceUnavailable => "SERVICE_UNAVAILABLE"u8,
        ErrorCode.NotInRoom => "NOT_IN_ROOM"u8,
        ErrorCode.Timeout => "TIMEOUT"u8,
        ErrorCode.Draining => "DRAINING"u8,
        _ => "INTERNAL"u8
    };

    /// <summary>The same name as <see cref="Utf8"/>, as a shared string.</summary>
    public static string Text(this ErrorCode code) => code switch
    {
        ErrorCode.None => "",
        ErrorCode.BadRequest => "BAD_REQUEST",
        ErrorCode.AuthFailed => "AUTH_FAILED",
        ErrorCode.NotAllowed => "NOT_ALLOWED",
        ErrorCode.RateLimited => "RATE_LIMITED",
        ErrorCode.PayloadTooLarge => "PAYLOAD_TOO_LARGE",
        ErrorCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        ErrorCode.TooManySessions => "TOO_MANY_SESSIONS",
        ErrorCode.UnsupportedVersion => "UNSUPPORTED_VERSION",
        ErrorCode.UnknownService => "UNKNOWN_SERVICE",
        ErrorCode.ServiceUnavailable => "SERVICE_UNAVAILABLE",
        ErrorCode.NotInRoom => "NOT_IN_ROOM",
        ErrorCode.Timeout => "TIMEOUT",
        ErrorCode.Draining => "DRAINING",
        _ => "INTERNAL"
    };

    /// <summary>
    /// Finds the code of a wire name, case-sensitively. <see langword="false"/> for an unknown or empty name: a client
    /// should treat a name it does not know like <see cref="ErrorCode.Internal"/>.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out ErrorCode code)
    {
        for (code = ErrorCode.BadRequest; code <= Last; code++)
        {
            if (name.SequenceEqual(code.Utf8()))
                return true;
        }

        code = ErrorCode.None;
        return false;
    }
}
