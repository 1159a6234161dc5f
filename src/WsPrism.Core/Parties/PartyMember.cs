namespace WsPrism.Core.Parties;

/// <summary>One user in a party. Guarded by the lock of the party's book.</summary>
internal sealed class PartyMember(string user)
{
    public string User => user;

    /// <summary>What it has said to the ready check; null while it has not.</summary>
    public bool? IsReady { get; set; }
}

/// <summary>A user that may come into a party until a moment on the shards' clock. Guarded by the lock of the party's book.</summary>
internal sealed class PartyInvitation(string user)
{
    public string User => user;

    /// <summary>Who invited.</summary>
    public required string From { get; set; }

    public required long EndsMs { get; set; }

    /// <summary>The same by the clock on the wall, for clients.</summary>
    public required long EndsAtUnixMs { get; set; }
}
