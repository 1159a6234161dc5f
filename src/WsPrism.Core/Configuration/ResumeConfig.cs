namespace WsPrism.Core.Configuration;

/// <summary>The <c>resume</c> section of a tenant: sessions that survive a lost connection.</summary>
public sealed record ResumeConfig
{
    /// <summary>How long a session waits for its client to come back; 0 is off, 86,400,000 the most.</summary>
    public int WindowMs { get; init; }

    /// <summary>Bytes of envelopes kept for one session: the last it was sent and, while it waits, those it was not; 1,024 to 1,073,741,824.</summary>
    public int BufferBytes { get; init; } = 262_144;

    /// <summary>The same for all sessions of the tenant together, an envelope that several keep counted once; 1,024 to 2,147,483,647.</summary>
    public int TotalBytes { get; init; } = 268_435_456;
}
