using System.Text.Json;
using WsPrism.Client.Ext;
using WsPrism.Client.Hot;

namespace WsPrism.Client.Market;

/// <summary>Last values of instruments, and their updates. Thread-safe; handlers run on the receive loop. Subscriptions are made again when a session is lost.</summary>
public sealed class MarketApi
{
    private readonly object _gate = new();
    private readonly ExtLane _ext;
    private readonly HotLane _hot;
    private readonly HotInbox _inbox;
    private readonly byte _svcId;
    private readonly List<MarketInterest> _interests = [];
    private readonly MarketMarks _stale;
    private readonly MarketMarks _live;

    internal MarketApi(ExtLane ext, HotLane hot, HotInbox inbox, byte svcId, Action<Exception> failed)
    {
        _stale = new MarketMarks(failed);
        _live = new MarketMarks(failed);
        ext.On("market", "stale", message => _stale.Tell(MarketSubscription.KeysOf(message.Data, "keys")));
        ext.On("market", "live", message => _live.Tell(MarketSubscription.KeysOf(message.Data, "keys")));
        _ext = ext;
        _hot = hot;
        _inbox = inbox;
        _svcId = svcId;
    }

    /// <summary>Has a handler called with the last value of each instrument, and with each that comes after it.</summary>
    /// <exception cref="WsPrismException">The gateway's refusal: nothing of it is subscribed.</exception>
    public async Task<MarketSubscription> SubscribeAsync(
        IEnumerable<uint> keys, MarketHandler handler, MarketOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(handler);
        var interest = new MarketInterest(keys, handler, options ?? new MarketOptions());
        Listen(interest);
        try
        {
            var answer = await _ext.RequestAsync(
                "market", "subscribe", null, interest.ToData(), null, _ => Stand(interest), cancellation).ConfigureAwait(false);
            return new MarketSubscription(this, interest, answer);
        }
        catch
        {
            End(interest);
            throw;
        }
    }

    /// <summary>Publishes a value, for clients that may. An empty payload takes the value away.</summary>
    /// <param name="key">The instrument.</param>
    /// <param name="opcode">Which of its values.</param>
    /// <param name="payload">The value; it is copied.</param>
    /// <param name="reliable">Not replaced by a newer one on its way. Of one opcode all or none.</param>
    public SendResult TryPublish(uint key, byte opcode, ReadOnlySpan<byte> payload, bool reliable = false) => _hot.TrySend(_svcId, opcode, payload, key, reliable: reliable);

    /// <summary>Nobody says any more that these values are good. After a lost session it is told anew, where that is so.</summary>
    public IDisposable OnStale(Action<IReadOnlyList<uint>> handler) => _stale.Add(handler);

    /// <summary>Somebody does again. After a lost session it is told anew, where that is so.</summary>
    public IDisposable OnLive(Action<IReadOnlyList<uint>> handler) => _live.Add(handler);

    internal Task UnsubscribeAsync(MarketInterest interest, CancellationToken cancellation)
    {
        uint[] unwanted;
        lock (_gate)
        {
            if (!_interests.Contains(interest))
                return Task.CompletedTask;

            End(interest);
            unwanted = [.. interest.Keys.Where(key => !_interests.Any(other => other.Keys.Contains(key)))];
        }

        if (unwanted.Length == 0)
            return Task.CompletedTask;

        var data = JsonData.Write(writer =>
        {
            writer.WriteStartObject();
            MarketInterest.WriteKeys(writer, unwanted);
            writer.WriteEndObject();
        });
        return _ext.RequestAsync("market", "unsubscribe", null, data, null, cancellation);
    }

    /// <summary>A new session knows of no subscription. On the receive loop.</summary>
    internal void SubscribeAgain()
    {
        MarketInterest[] interests;
        lock (_gate)
            interests = [.. _interests.Where(interest => interest.IsStanding)];

        foreach (var interest in interests)
            _ = SubscribeAgainAsync(interest);
    }

    private async Task SubscribeAgainAsync(MarketInterest interest)
    {
        try
        {
            await _ext.RequestAsync(
                "market", "subscribe", null, interest.ToData(), RequestOptions.ToRestore, answer => StandAgain(interest, answer), default).ConfigureAwait(false);
        }
        catch (WsPrismException)
        {
            // The next session tries again; the application hears by its values, or that there are none.
        }
    }

    // On the receive loop: a session that is lost right behind the answer has to know of it.
    private void Stand(MarketInterest interest)
    {
        interest.IsStanding = true;
        _inbox.Forget(_svcId, interest.Keys);
    }

    // Which values are good may have changed while there was no session to hear it.
    private void StandAgain(MarketInterest interest, JsonElement answer)
    {
        Stand(interest);
        var stale = MarketSubscription.KeysOf(answer, "stale");
        var empty = MarketSubscription.KeysOf(answer, "empty");
        _stale.Tell([.. stale.Where(interest.Keys.Contains)]);
        _live.Tell([.. interest.Keys.Where(key => !stale.Contains(key) && !empty.Contains(key))]);
    }

    private void Listen(MarketInterest interest)
    {
        interest.Listening = interest.Options.Format == MarketFormat.Hot
            ? _hot.On(_svcId, interest.Take)
            : _ext.On("market", "update", interest.Take);
        lock (_gate)
            _interests.Add(interest);
    }

    private void End(MarketInterest interest)
    {
        interest.Listening?.Dispose();
        lock (_gate)
            _interests.Remove(interest);
    }
}
