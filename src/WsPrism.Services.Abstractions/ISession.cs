namespace WsPrism.Services;

/// <summary>A session as a service sees it: who it is, never how it came. Valid on the shard's thread, for the length of the call that gave it.</summary>
public interface ISession
{
    /// <summary>The tenant's id.</summary>
    string Tenant { get; }

    /// <summary>The authenticated user, unique within the tenant.</summary>
    string User { get; }

    /// <summary><see cref="User"/> as UTF-8, for writing without transcoding.</summary>
    ReadOnlySpan<byte> UserUtf8 { get; }

    /// <summary>The session's id, as in <c>sys.authed</c>.</summary>
    string SessionId { get; }

    /// <summary>The session's number in the SENDER field of Hot frames.</summary>
    uint Handle { get; }

    /// <summary>What a backend keeps at the session: one JSON value, empty where there is none. Clients never see it.</summary>
    ReadOnlySpan<byte> State { get; }
}
