using WsPrism.Core.Shards;

namespace WsPrism.Core.Market;

/// <summary>
/// A shard asks an owner for instruments, whose values come back the same way. Between two shards everything keeps its order, so the updates that come behind the
/// answer are those that follow it, without a gap.
/// </summary>
internal sealed class FollowRequest(SubscribedInstruments subscribed, OwnedInstruments owner) : IShardWork
{
    private InstrumentView[]? _views;

    public OwnedInstruments Owner => owner;

    public List<InstrumentSlice> Slices { get; } = [];

    public void Run(Shard shard)
    {
        if (_views is null)
        {
            _views = [.. Slices.Select(slice => owner.Follow(slice.Key, subscribed.Shard))];
            subscribed.Shard.Post(this);
            return;
        }

        for (var i = 0; i < _views.Length; i++)
        {
            // The owner's own shard has been told nothing in between: its updates do not come behind this.
            var isShared = owner.Shard == shard;
            subscribed.Stand(Slices[i], isShared ? owner.View(Slices[i].Key) : _views[i], isShared);
        }
    }
}
