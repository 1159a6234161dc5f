namespace WsPrism.Core.Policies;

/// <summary>Why the policy decided so; named in metrics, logs and by <c>wsprism policy explain</c>.</summary>
internal enum PolicyReason : byte
{
    /// <summary>An entry of the allowlist names it.</summary>
    Allowlist,

    /// <summary>It needs no entry: <c>sys.ping</c>, <c>sys.refresh</c> and leaving (PROTOCOL §3).</summary>
    AlwaysAllowed,

    /// <summary>It is not an envelope or a Hot frame by PROTOCOL §3 and §4.</summary>
    Malformed,

    /// <summary>Its version is not spoken here.</summary>
    UnsupportedVersion,

    /// <summary>No entry of the allowlist names it.</summary>
    NotAllowed,

    /// <summary>The connection's bucket is empty.</summary>
    RateConnection,

    /// <summary>The tenant's bucket is empty.</summary>
    RateTenant,

    /// <summary>A Hot frame of a session with no active room.</summary>
    NoActiveRoom,

    /// <summary>Its ROOM field names a room that the session is not in.</summary>
    NotInRoom,

    /// <summary>Its sequence number is not newer than the last one accepted.</summary>
    StaleSequence,

    /// <summary>No service has that name or number.</summary>
    UnknownService,

    /// <summary>The service refused it.</summary>
    Service,

    /// <summary>Its <c>id</c> was seen before: answered again, not acted on again.</summary>
    Repeated,

    /// <summary>A filter refused it.</summary>
    Filter,
}

/// <summary>Names of <see cref="PolicyReason"/>.</summary>
internal static class PolicyReasons
{
    /// <summary>Names by value, as in metrics.</summary>
    public static readonly string[] Names =
    [
        "allowlist", "always_allowed", "malformed", "unsupported_version", "not_allowed", "rate_connection", "rate_tenant", "no_active_room",
        "not_in_room", "stale_sequence", "unknown_service", "service", "repeated", "filter",
    ];

    public static string Name(this PolicyReason reason) => Names[(int)reason];
}
