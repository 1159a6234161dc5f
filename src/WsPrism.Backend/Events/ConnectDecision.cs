namespace WsPrism.Backend.Events;

/// <summary>What a backend says of a client that wants in. <see cref="State"/> is what is kept at the session from its beginning; null for nothing.</summary>
internal readonly record struct ConnectDecision(ConnectOutcome Outcome, byte[]? State = null);

/// <summary>How a client was decided on; named in metrics.</summary>
internal enum ConnectOutcome : byte
{
    /// <summary>It may come in.</summary>
    Allowed,

    /// <summary>401: its ticket is not good enough.</summary>
    AuthFailed,

    /// <summary>It may not come in, though its ticket is good.</summary>
    NotAllowed,

    /// <summary>The backend did not say.</summary>
    Unavailable,
}

/// <summary>Names of <see cref="ConnectOutcome"/>.</summary>
internal static class ConnectOutcomes
{
    /// <summary>Names by value, as in metrics.</summary>
    public static readonly string[] Names = ["allowed", "auth_failed", "not_allowed", "unavailable"];
}
