namespace WsPrism.Core.Market;

/// <summary>
/// One shard's subscribers of one instrument, unordered, with the values that they have been told. It exists while somebody holds it: a subscription, or a request
/// under way. Owned by the shard's thread.
/// </summary>
internal sealed class InstrumentSlice(uint key)
{
    private Subscription[] _subscriptions = [];

    public uint Key => key;

    /// <summary>Who keeps it.</summary>
    public int Holds { get; set; }

    /// <summary>The values; null until the owner has answered. Updates before that are older than the answer.</summary>
    public LastValues? Values { get; private set; }

    /// <summary>True where the values are the owner's own, because it is this shard.</summary>
    public bool IsShared { get; private set; }

    public bool IsStale { get; set; }

    /// <summary>Requests that wait for the values.</summary>
    public List<SubscribeRequest> Waiting { get; } = [];

    /// <summary>Subscriptions that stand.</summary>
    public int Count { get; private set; }

    public Subscription this[int index] => _subscriptions[index];

    /// <summary>The owner has answered: from here on it is up to date.</summary>
    public void Stand(in InstrumentView view, bool isShared)
    {
        Values = view.Values;
        IsStale = view.IsStale;
        IsShared = isShared;
    }

    public void Add(Subscription subscription)
    {
        if (Count == _subscriptions.Length)
        {
            Array.Resize(ref _subscriptions, Math.Max(2, Count * 2));
        }

        subscription.Index = Count;
        _subscriptions[Count++] = subscription;
    }

    public void Remove(Subscription subscription)
    {
        var moved = _subscriptions[--Count];
        _subscriptions[subscription.Index] = moved;
        moved.Index = subscription.Index;
        _subscriptions[Count] = null!;
        subscription.Index = Subscription.NotStanding;
        if (Count < _subscriptions.Length / 4)
        {
            Array.Resize(ref _subscriptions, _subscriptions.Length / 2);
        }
    }
}
