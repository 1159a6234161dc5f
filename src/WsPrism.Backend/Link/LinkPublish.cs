namespace WsPrism.Backend.Link;

/// <summary>One publish as it stands in a message of a worker: every span points into that.</summary>
internal ref struct LinkPublish
{
    public LinkTarget Target { get; set; }

    /// <summary>The name of a room, a user or a session; of <see cref="LinkTarget.Rooms"/> the JSON array.</summary>
    public ReadOnlySpan<byte> Name { get; set; }

    /// <summary>True where <see cref="Name"/> is the inside of a JSON string with escapes.</summary>
    public bool IsNameEscaped { get; set; }

    /// <summary>The handle of a room or a session.</summary>
    public uint Handle { get; set; }

    /// <summary>The handle of a session that does not get it; 0 for none.</summary>
    public uint Except { get; set; }

    /// <summary>The number under which the worker wants to hear how many got it; 0 for not at all.</summary>
    public long Receipt { get; set; }

    public LinkOp Op { get; set; }

    /// <summary>The Hot frame.</summary>
    public ReadOnlySpan<byte> Frame { get; set; }

    public ReadOnlySpan<byte> Svc { get; set; }

    public ReadOnlySpan<byte> Type { get; set; }

    public ReadOnlySpan<byte> Data { get; set; }

    /// <summary>True where <see cref="Data"/> has been read as JSON already.</summary>
    public bool IsDataChecked { get; set; }
}
