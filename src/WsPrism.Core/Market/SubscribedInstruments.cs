using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;

namespace WsPrism.Core.Market;

/// <summary>
/// The instruments of a tenant that one shard has subscribers of, and the last step of an update. Owned by the shard's thread, but for the figure.
/// </summary>
internal sealed class SubscribedInstruments(TenantMarket market, Shard shard) : IFrameWork
{
    private readonly Dictionary<uint, InstrumentSlice> _slices = [];
    private readonly List<FollowRequest> _follows = [];
    private readonly Dictionary<OwnedInstruments, List<uint>> _left = [];
    private MarketTexts? _texts;
    private int _subscriptions;

    public Shard Shard => shard;

    /// <summary>Subscriptions that stand; any thread.</summary>
    public int Subscriptions
    {
        get => Volatile.Read(ref _subscriptions);
        set => Volatile.Write(ref _subscriptions, value);
    }

    /// <summary>Instruments that somebody here holds, for tests.</summary>
    public int Count => _slices.Count;

    /// <summary>Writes this shard's envelopes.</summary>
    public MarketTexts Texts => _texts ??= new MarketTexts();

    public void Run(Shard runner, OutboundFrame frame, Session? from) => Deliver(frame);

    /// <summary>Delivers an update to this shard's subscribers; takes over a reference. Answers how many there are.</summary>
    public int Deliver(OutboundFrame frame)
    {
        // Where there are no values yet, those that are on their way are newer.
        if (!_slices.TryGetValue(frame.Key.Discriminator, out var slice) || slice.Values is null)
        {
            frame.Release();
            return 0;
        }

        if (!slice.IsShared)
        {
            slice.Values.Put(frame);
        }

        var wasStale = slice.IsStale;
        slice.IsStale = false;
        var reached = slice.Count;
        var unused = slice.Count;
        frame.AddReferences(unused);

        // From the last to the first: a subscription that ends on the way is replaced by one that was already served.
        for (var i = slice.Count - 1; i >= 0; i--)
        {
            if (i >= slice.Count)
            {
                continue;
            }

            var subscription = slice[i];
            if (subscription.IsText || wasStale)
            {
                subscription.Session.Market!.Note(subscription);
            }

            if (!subscription.IsText)
            {
                unused--;
                Offer(subscription, frame);
            }
        }

        frame.Release(unused + 1);
        return reached;
    }

    /// <summary>Puts a value into a subscriber's queue; takes over a reference.</summary>
    public void Offer(Subscription subscription, OutboundFrame frame)
    {
        if (subscription.PaceNs == 0 || frame.Class == DeliveryClass.HotReliable)
        {
            shard.Offer(subscription.Session, frame);
            return;
        }

        try
        {
            subscription.Session.EnqueueShaped(frame, subscription.PaceNs);
        }
        catch (Exception exception)
        {
            shard.Cut(subscription.Session, exception);
        }
    }

    /// <summary>The owner says that nothing more comes of these for now.</summary>
    public void MarkStale(List<uint> keys)
    {
        foreach (var key in keys)
        {
            if (_slices.TryGetValue(key, out var slice) && slice.Values is not null)
            {
                slice.IsStale = true;
                for (var i = 0; i < slice.Count; i++)
                {
                    slice[i].Session.Market!.Note(slice[i]);
                }
            }
        }
    }

    /// <summary>The instrument's slice, with one more who holds it. <see cref="Settle"/> asks the owner for a new one.</summary>
    public InstrumentSlice Hold(uint key)
    {
        if (!_slices.TryGetValue(key, out var slice))
        {
            _slices.Add(key, slice = new InstrumentSlice(key));
            FollowsOf(market.Owned[market.OwnerOf(key)]).Slices.Add(slice);
        }

        slice.Holds++;
        return slice;
    }

    /// <summary>One fewer holds it; with the last it goes, and <see cref="Settle"/> tells the owner.</summary>
    public void Release(InstrumentSlice slice)
    {
        if (--slice.Holds > 0)
        {
            return;
        }

        _slices.Remove(slice.Key);
        var owner = market.Owned[market.OwnerOf(slice.Key)];
        if (!_left.TryGetValue(owner, out var keys))
        {
            _left.Add(owner, keys = []);
        }

        keys.Add(slice.Key);
    }

    /// <summary>Tells the owners what is wanted and what no longer is, at the end of each operation: in the order in which it happened.</summary>
    public void Settle()
    {
        foreach (var (owner, keys) in _left)
        {
            owner.Shard.Post(() => owner.Unfollow(keys, shard));
        }

        foreach (var follow in _follows)
        {
            follow.Owner.Shard.Post(follow);
        }

        _left.Clear();
        _follows.Clear();
    }

    /// <summary>The owner's values are here; for a slice that is there still, because the request that wanted it holds it until then.</summary>
    public void Stand(InstrumentSlice slice, in InstrumentView view, bool isShared)
    {
        slice.Stand(view, isShared);
        foreach (var request in slice.Waiting)
        {
            if (--request.Missing == 0)
            {
                request.Run(shard);
            }
        }

        slice.Waiting.Clear();
    }

    private FollowRequest FollowsOf(OwnedInstruments owner)
    {
        foreach (var follow in _follows)
        {
            if (follow.Owner == owner)
            {
                return follow;
            }
        }

        var created = new FollowRequest(this, owner);
        _follows.Add(created);
        return created;
    }
}
