using WsPrism.Protocol;

namespace WsPrism.Core.Rooms.History;

/// <summary>Hears once how a publish to a room with a history went; on any thread, and it returns at once.</summary>
internal interface IPublishWaiter
{
    /// <summary>True where the number of receivers is wanted.</summary>
    bool CountsReceivers { get; }

    /// <param name="code"><see cref="ErrorCode.None"/>, or why nobody got it.</param>
    /// <param name="offset">Its offset; 0 where it has none.</param>
    /// <param name="receivers">How many got it, when the shards have said; null where that is not wanted or nobody was there.</param>
    void Published(ErrorCode code, ulong offset, Task<int>? receivers);
}
