using WsPrism.Core.Dispatch;
using WsPrism.Core.Shards;
using WsPrism.Services;

namespace WsPrism.Core.Market;

/// <summary>
/// One <c>market.subscribe</c> until all of its instruments are there; then the client is answered and all of its values follow. It holds the slices that it waits
/// for, whatever becomes of the subscriptions. Owned by the session's shard.
/// </summary>
internal sealed class SubscribeRequest(SessionMarket market, DeferredMessage message, long paceNs, bool isText) : IShardWork
{
    public List<Subscription> Subscriptions { get; } = [];

    public long PaceNs => paceNs;

    public bool IsText => isText;

    /// <summary>Slices without values.</summary>
    public int Missing { get; set; }

    /// <summary>Everything is there.</summary>
    public void Run(Shard shard)
    {
        try
        {
            // The answer first, so that a client knows what it has asked for when the first value comes.
            message.ResumeNow(Answer);
            if (!market.Session.HasEnded)
            {
                market.Stand(this);
            }
        }
        catch (Exception exception)
        {
            shard.Cut(market.Session, exception);
        }
        finally
        {
            market.ReleaseSlices(Subscriptions);
        }
    }

    private void Answer(IExtContext context)
    {
        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteNumber("keys"u8, market.Count);
        json.WriteStartArray("empty"u8);
        foreach (var subscription in Subscriptions)
        {
            if (subscription.Slice.Values!.IsEmpty)
            {
                json.WriteNumberValue(subscription.Slice.Key);
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("stale"u8);
        foreach (var subscription in Subscriptions)
        {
            if (subscription.Slice.IsStale)
            {
                json.WriteNumberValue(subscription.Slice.Key);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        context.Answer();
    }
}
