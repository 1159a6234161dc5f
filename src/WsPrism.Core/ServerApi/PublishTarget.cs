namespace WsPrism.Core.ServerApi;

/// <summary>To whom the backend publishes; <see cref="Name"/> is empty for everybody.</summary>
internal readonly record struct PublishTarget(PublishTargetKind Kind, string Name)
{
    /// <summary>All sessions of the tenant.</summary>
    public static readonly PublishTarget Everybody = new(PublishTargetKind.Everybody, string.Empty);
}

/// <summary>What a <see cref="PublishTarget"/> names.</summary>
internal enum PublishTargetKind : byte
{
    /// <summary>The members of a room.</summary>
    Room,

    /// <summary>All sessions of a user.</summary>
    User,

    /// <summary>One session, by its id.</summary>
    Session,

    /// <summary>All sessions of the tenant.</summary>
    Everybody,
}
