namespace WsPrism.Core.Tickets;

/// <summary>Why a ticket was refused. A client learns of no reason but the last, which is not its fault; metrics and the debug log say.</summary>
internal enum TicketFailure : byte
{
    /// <summary>It was not refused.</summary>
    None,

    /// <summary>No fixed ticket, and the tenant has no other kind.</summary>
    Unknown,

    /// <summary>Not three parts of strict base64url, or no strict JSON in them.</summary>
    Malformed,

    /// <summary>Its header wants an extension to be understood (<c>crit</c>); this gateway has none.</summary>
    Critical,

    /// <summary>No key has its <c>kid</c>, or it has none and not exactly one key is for its algorithm.</summary>
    UnknownKey,

    /// <summary>Not an algorithm that is known, or not the one of its key.</summary>
    Algorithm,

    /// <summary>The key did not sign it.</summary>
    Signature,

    /// <summary>A claim is missing, of the wrong type or out of range.</summary>
    Claims,

    /// <summary><c>exp</c> has passed.</summary>
    Expired,

    /// <summary><c>nbf</c> has not come.</summary>
    NotYetValid,

    /// <summary><c>iss</c> is another one.</summary>
    Issuer,

    /// <summary><c>aud</c> does not name this gateway.</summary>
    Audience,

    /// <summary>It is good, but not for the user of the session that is to be refreshed.</summary>
    OtherUser,

    /// <summary>It lives longer than <c>max_ttl_ms</c>, or does not say since when.</summary>
    Lifetime,

    /// <summary>No one-time ticket of this name and secret: spent, expired or never minted.</summary>
    OneTime,

    /// <summary>The backend has revoked it.</summary>
    Revoked,

    /// <summary>The backend, asked by webhook, does not want it.</summary>
    Refused,

    /// <summary>Who could tell, the issuer or the backend, could not be asked or gave no answer that makes sense.</summary>
    Unavailable,
}

/// <summary>What goes with <see cref="TicketFailure"/>.</summary>
internal static class TicketFailures
{
    private static readonly string[] Names =
    [
        "none", "unknown", "malformed", "critical", "unknown_key", "algorithm", "signature", "claims", "expired", "not_yet_valid", "issuer", "audience", "other_user",
        "lifetime", "one_time", "revoked", "refused", "unavailable",
    ];

    /// <summary>All that are failures.</summary>
    public static IReadOnlyList<TicketFailure> All { get; } = [.. Enum.GetValues<TicketFailure>().Where(failure => failure != TicketFailure.None)];

    /// <summary>The name in metrics and logs.</summary>
    public static string Name(this TicketFailure failure) => Names[(int)failure];
}
