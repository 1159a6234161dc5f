using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Core.Time;

namespace WsPrism.Core.Market;

/// <summary>
/// What one session has to do with the market: what it is subscribed to, and whether it has published. Values go to its queue as they come; what is said in
/// envelopes is only noted here, and written with the values of that moment when the timer is due and the wire takes something: however slow the client, nothing
/// piles up. Made when the first such message comes; owned by the session's shard.
/// </summary>
internal sealed class SessionMarket(Session session) : TimerNode
{
    private const long NsPerMs = 1_000_000;

    private readonly Dictionary<uint, Subscription> _byKey = [];
    private readonly Queue<Subscription> _noted = new();
    private long _nextTurnMs;

    public Session Session => session;

    /// <summary>Instruments that the session is subscribed to, or about to be.</summary>
    public int Count => _byKey.Count;

    /// <summary>True once the session has published: its end leaves stale instruments.</summary>
    public bool HasPublished { get; set; }

    private SubscribedInstruments Shared => session.Tenant.Market.Subscribed[session.Shard.Index];

    /// <summary>The subscription to an instrument; null where there is none.</summary>
    public Subscription? Find(uint key) => _byKey.GetValueOrDefault(key);

    /// <summary>True where all of these, each named once, may be subscribed to.</summary>
    public bool HasRoomFor(ReadOnlySpan<uint> keys, int max)
    {
        var count = _byKey.Count;
        foreach (var key in keys)
        {
            count += _byKey.ContainsKey(key) ? 0 : 1;
        }

        return count <= max || count == _byKey.Count;
    }

    /// <summary>Subscribes; the message is answered when the values are there, and they follow its answer.</summary>
    public void Subscribe(ReadOnlySpan<uint> keys, long paceNs, bool isText, DeferredMessage message)
    {
        var request = new SubscribeRequest(this, message, paceNs, isText);
        foreach (var key in keys)
        {
            if (!_byKey.TryGetValue(key, out var subscription))
            {
                _byKey.Add(key, subscription = new Subscription(session, Shared.Hold(key)));
            }

            subscription.Request = request;
            subscription.Slice.Holds++;
            request.Subscriptions.Add(subscription);
            if (subscription.Slice.Values is null)
            {
                request.Missing++;
                subscription.Slice.Waiting.Add(request);
            }
        }

        Shared.Settle();
        if (request.Missing == 0)
        {
            // After the service is through with the message.
            session.Shard.Post(request);
        }
    }

    /// <summary>Begins to send what a request was for, but for what was given up or asked for in another way meanwhile.</summary>
    public void Stand(SubscribeRequest request)
    {
        DropRenewed(request);
        foreach (var subscription in request.Subscriptions)
        {
            if (session.HasEnded)
            {
                return;
            }

            if (subscription.Request == request)
            {
                Stand(subscription, request);
            }
        }
    }

    /// <summary>Gives up instruments; of those that it is not subscribed to nothing is said.</summary>
    public void Unsubscribe(ReadOnlySpan<uint> keys)
    {
        var any = false;
        foreach (var key in keys)
        {
            if (_byKey.Remove(key, out var subscription))
            {
                any = true;
                Leave(subscription);
            }
        }

        if (any)
        {
            Drop(StateFilter.OfLeftInstruments(this), Fate.SessionClosed);
            Shared.Settle();
        }
    }

    /// <summary>Sends every value once more, to a client that may have lost what was on its way.</summary>
    public void SendAgain()
    {
        foreach (var subscription in _byKey.Values)
        {
            if (session.HasEnded)
            {
                return;
            }

            if (subscription is { IsStanding: true, IsText: false })
            {
                SendValues(subscription);
            }
        }
    }

    /// <summary>The session has ended.</summary>
    public void End()
    {
        foreach (var subscription in _byKey.Values)
        {
            Leave(subscription);
        }

        _byKey.Clear();
        _noted.Clear();
        Shared.Settle();
        session.Shard.Ticks.Disarm(this);
        if (HasPublished)
        {
            session.Tenant.Market.PublisherEnded(session);
        }
    }

    /// <summary>There is something to be said in an envelope about an instrument.</summary>
    public void Note(Subscription subscription)
    {
        if (!subscription.IsNoted)
        {
            subscription.IsNoted = true;
            _noted.Enqueue(subscription);
            Arm();
        }
    }

    /// <summary>A request has no more use for its slices.</summary>
    public void ReleaseSlices(List<Subscription> subscriptions)
    {
        foreach (var subscription in subscriptions)
        {
            Shared.Release(subscription.Slice);
        }

        Shared.Settle();
    }

    protected internal override void OnDue(long nowMs) => session.Shard.Guard(session, static session => session.Market!.TakeTurn());

    private void Stand(Subscription subscription, SubscribeRequest request)
    {
        subscription.IsRenewed = false;
        subscription.PaceNs = request.PaceNs;
        subscription.IsText = request.IsText;
        subscription.ToldStale = subscription.Slice.IsStale;
        subscription.ToldSeq = null;
        subscription.NextTextMs = 0;
        if (!subscription.IsStanding)
        {
            subscription.Slice.Add(subscription);
            Shared.Subscriptions++;
        }

        if (subscription.IsText)
        {
            Note(subscription);
        }
        else
        {
            SendValues(subscription);
        }
    }

    private void SendValues(Subscription subscription)
    {
        foreach (ref readonly var value in subscription.Slice.Values!.All)
        {
            if (!value.IsGone)
            {
                Shared.Offer(subscription, MarketFrames.Encode(subscription.Slice.Key, value));
            }
        }
    }

    // What waits was asked for at another pace or in another form; the newest of it is sent anew.
    private void DropRenewed(SubscribeRequest request)
    {
        var any = false;
        foreach (var subscription in request.Subscriptions)
        {
            subscription.IsRenewed = subscription.Request == request && subscription is { IsStanding: true, IsText: false };
            any |= subscription.IsRenewed;
        }

        if (any)
        {
            Drop(StateFilter.OfRenewedInstruments(this), Fate.Conflated);
        }
    }

    private void Drop(in StateFilter filter, Fate fate)
    {
        session.Pacer?.Drop(filter, fate);
        session.Outbox.Drop(filter, fate);
    }

    private void Leave(Subscription subscription)
    {
        subscription.Request = null;
        if (subscription.IsStanding)
        {
            subscription.Slice.Remove(subscription);
            Shared.Subscriptions--;
        }

        Shared.Release(subscription.Slice);
    }

    private void Arm()
    {
        if (Slot < 0 && !session.HasEnded)
        {
            // Not now: what comes in the same moment goes along.
            session.Shard.Ticks.Arm(this, Math.Max(session.Shard.Clock.NowMs + 1, _nextTurnMs));
        }
    }

    private void TakeTurn()
    {
        var tenant = session.Tenant.Snapshot;
        var nowMs = session.Shard.Clock.NowMs;
        _nextTurnMs = nowMs + ((999 + tenant.Config.Market.TextMaxHz) / tenant.Config.Market.TextMaxHz);
        if (!session.Connection.IsCongested)
        {
            var texts = Shared.Texts;
            texts.Begin(tenant.Outbox.ExtBytes);
            for (var left = _noted.Count; left > 0; left--)
            {
                TakeTurn(_noted.Dequeue(), texts, nowMs);
            }

            texts.SendTo(session);
        }

        if (_noted.Count > 0)
        {
            Arm();
        }
    }

    private void TakeTurn(Subscription subscription, MarketTexts texts, long nowMs)
    {
        subscription.IsNoted = false;
        if (!subscription.IsStanding)
        {
            return;
        }

        texts.AddMark(subscription);
        if (!subscription.IsText)
        {
            return;
        }

        if (nowMs < subscription.NextTextMs || !texts.TryAddValues(subscription))
        {
            // In the next one, or a later one.
            subscription.IsNoted = true;
            _noted.Enqueue(subscription);
        }
        else
        {
            subscription.NextTextMs = nowMs + ((subscription.PaceNs + NsPerMs - 1) / NsPerMs);
        }
    }
}
