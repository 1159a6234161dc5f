using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Protocol;

namespace WsPrism.Core.Market;

/// <summary>
/// The instruments of a tenant that one shard owns: numbers their updates, keeps their values, sends them on and says which are stale. Owned by the shard's
/// thread, but for the figures.
/// </summary>
internal sealed class OwnedInstruments(TenantMarket market, Shard shard) : IFrameWork
{
    private readonly Dictionary<uint, Instrument> _byKey = [];
    private long _updates;
    private long _refused;
    private int _stale;

    // Found stale, and nobody has been told; who was heard of since is skipped.
    private readonly List<Instrument> _untold = [];

    public Shard Shard => shard;

    /// <summary>Updates so far; any thread.</summary>
    public long Updates => Volatile.Read(ref _updates);

    /// <summary>Updates that found no place; any thread.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Instruments that are stale; any thread.</summary>
    public int StaleCount => Volatile.Read(ref _stale);

    /// <summary>Instruments with a value or followers, for tests.</summary>
    public int Count => _byKey.Count;

    public void Run(Shard runner, OutboundFrame frame, Session? from)
    {
        if (!TryPublish(frame, from, receipt: null) && from is not null)
        {
            TellNoPlace(from);
        }
    }

    /// <summary>Takes an update in and sends it on; takes over a reference. False where there is no place for it.</summary>
    public bool TryPublish(OutboundFrame frame, Session? publisher, MarketReceipt? receipt)
    {
        var instrument = Place(frame);
        if (instrument is null)
        {
            _refused++;
            frame.Release();
            receipt?.Refuse();
            return false;
        }

        _updates++;
        MarketFrames.Number(frame, ++instrument.Seq);
        instrument.Values.Put(frame);
        NoteAlive(instrument, publisher);
        if (MarketFrames.ValueOf(frame).IsEmpty)
        {
            ForgetIfGone(instrument);
        }

        Spread(instrument, frame, receipt);
        return true;
    }

    /// <summary>From now on another shard gets every update. Answers the values as they stand: to the owner itself its own, to others a copy.</summary>
    public InstrumentView Follow(uint key, Shard follower)
    {
        if (!_byKey.TryGetValue(key, out var instrument))
        {
            _byKey.Add(key, instrument = new Instrument(this, key));
        }

        instrument.Followers = [.. instrument.Followers, follower];
        return new InstrumentView(follower == shard ? instrument.Values : instrument.Values.Copy(), instrument.IsStale);
    }

    /// <summary>The instrument as it stands now, for the owner's own shard.</summary>
    public InstrumentView View(uint key) => new(_byKey[key].Values, _byKey[key].IsStale);

    /// <summary>Another shard has no subscribers of these any more.</summary>
    public void Unfollow(List<uint> keys, Shard follower)
    {
        foreach (var key in keys)
        {
            var instrument = _byKey[key];
            instrument.Followers = [.. instrument.Followers.Where(other => other != follower)];
            if (instrument.Followers.Length == 0 && instrument.Values.IsEmpty)
            {
                _byKey.Remove(key);
            }
        }
    }

    /// <summary>Whatever this session has published last is stale.</summary>
    public void OnPublisherEnded(Session session)
    {
        foreach (var instrument in _byKey.Values)
        {
            if (instrument.Publisher == session)
            {
                instrument.Publisher = null;
                MarkStale(instrument);
            }
        }

        TellStale();
    }

    /// <summary>An instrument's timer: it is stale, or has been heard of since and looked at again later.</summary>
    public void OnAge(Instrument instrument, long nowMs)
    {
        var after = market.Config.StaleAfterMs;
        if (after == 0 || instrument.IsStale || instrument.Values.IsEmpty || !market.IsOpen)
        {
            return;
        }

        if (instrument.UpdatedMs + after > nowMs)
        {
            shard.Wheel.Arm(instrument, instrument.UpdatedMs + after);
            return;
        }

        if (_untold.Count == 0)
        {
            // Behind the other timers of this pass: they are told together.
            shard.Post(TellStale);
        }

        MarkStale(instrument);
    }

    /// <summary>Looks at every instrument's age under a new rule.</summary>
    public void WatchAges()
    {
        foreach (var instrument in _byKey.Values)
        {
            OnAge(instrument, shard.Clock.NowMs);
        }
    }

    // The update's instrument, made where there is none; null where a limit is reached. Who takes a value away needs no place.
    private Instrument? Place(OutboundFrame frame)
    {
        var isNew = !_byKey.TryGetValue(frame.Key.Discriminator, out var instrument);
        instrument ??= new Instrument(this, frame.Key.Discriminator);
        if (!MarketFrames.ValueOf(frame).IsEmpty)
        {
            if (!instrument.Values.HasPlaceFor(frame.Key.Route) || (!instrument.HasPlace && !market.TryReserve()))
            {
                return null;
            }

            instrument.HasPlace = true;
        }

        if (isNew)
        {
            _byKey.Add(instrument.Key, instrument);
        }

        return instrument;
    }

    private void NoteAlive(Instrument instrument, Session? publisher)
    {
        instrument.Publisher = publisher;
        instrument.UpdatedMs = shard.Clock.NowMs;
        if (instrument.IsStale)
        {
            instrument.IsStale = false;
            _stale--;
        }

        if (instrument.Slot < 0 && market.Config.StaleAfterMs is var after and > 0)
        {
            shard.Wheel.Arm(instrument, instrument.UpdatedMs + after);
        }
    }

    // An empty update has taken a value away, perhaps the last, perhaps of an instrument that never had any.
    private void ForgetIfGone(Instrument instrument)
    {
        if (!instrument.Values.IsEmpty)
        {
            return;
        }

        if (instrument.HasPlace)
        {
            instrument.HasPlace = false;
            market.ReleasePlace();
        }

        instrument.Publisher = null;
        shard.Wheel.Disarm(instrument);
        if (instrument.Followers.Length == 0)
        {
            _byKey.Remove(instrument.Key);
        }
    }

    private void Spread(Instrument instrument, OutboundFrame frame, MarketReceipt? receipt)
    {
        var isHere = false;
        foreach (var follower in instrument.Followers)
        {
            if (follower == shard)
            {
                isHere = true;
                continue;
            }

            frame.AddReferences();
            if (receipt is null)
            {
                follower.Post(market.Subscribed[follower.Index], frame, from: null);
            }
            else
            {
                PostCounted(market.Subscribed[follower.Index], frame, receipt);
            }
        }

        var reached = 0;
        if (isHere)
        {
            reached = market.Subscribed[shard.Index].Deliver(frame);
        }
        else
        {
            frame.Release();
        }

        receipt?.Report(reached);
    }

    // Closures, out of the way of what must not allocate.
    private static void PostCounted(SubscribedInstruments subscribed, OutboundFrame frame, MarketReceipt receipt)
    {
        receipt.Expect();
        subscribed.Shard.Post(() => receipt.Report(subscribed.Deliver(frame)));
    }

    private static void TellNoPlace(Session publisher) =>
        publisher.Shard.Post(() => publisher.Shard.Line.RefuseLate(publisher, ErrorCode.ResourceExhausted, Texts.MarketIsFull));

    private void MarkStale(Instrument instrument)
    {
        if (!instrument.IsStale && !instrument.Values.IsEmpty)
        {
            instrument.IsStale = true;
            _stale++;
            _untold.Add(instrument);
        }
    }

    private void TellStale()
    {
        var byFollower = new Dictionary<Shard, List<uint>>();
        foreach (var instrument in _untold)
        {
            foreach (var follower in instrument.IsStale ? instrument.Followers : [])
            {
                if (!byFollower.TryGetValue(follower, out var keys))
                {
                    byFollower.Add(follower, keys = []);
                }

                keys.Add(instrument.Key);
            }
        }

        _untold.Clear();
        foreach (var (follower, keys) in byFollower)
        {
            var subscribed = market.Subscribed[follower.Index];
            if (follower == shard)
            {
                // At once: updates reach this shard's subscribers at once too.
                subscribed.MarkStale(keys);
            }
            else
            {
                follower.Post(() => subscribed.MarkStale(keys));
            }
        }
    }
}

/// <summary>An instrument as it stands.</summary>
internal readonly record struct InstrumentView(LastValues Values, bool IsStale);
