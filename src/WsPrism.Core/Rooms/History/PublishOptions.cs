using WsPrism.Core.Sessions;

namespace WsPrism.Core.Rooms.History;

/// <summary>How an envelope is to be published to a room with a history.</summary>
internal readonly struct PublishOptions
{
    /// <summary>A session that does not get it; null for none.</summary>
    public Session? Except { get; init; }

    /// <summary>Ids of sessions that do not get it; null for none.</summary>
    public IReadOnlySet<string>? Exclude { get; init; }

    /// <summary>True for what is worth nothing later: it takes no offset and is not kept.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Who wants to hear how it went; null for nobody.</summary>
    public IPublishWaiter? Waiter { get; init; }

    /// <summary>True: where it cannot be done at once, it is not done without a <see cref="Waiter"/>.</summary>
    public bool MustWait { get; init; }
}
