using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Market;

/// <summary>A subscription that stands; the client makes it again where a session is lost.</summary>
public sealed class MarketSubscription
{
    private readonly MarketApi _market;
    private readonly MarketInterest _interest;

    internal MarketSubscription(MarketApi market, MarketInterest interest, JsonElement answer)
    {
        _market = market;
        _interest = interest;
        Keys = (int)answer.NumberOf("keys", int.MaxValue);
        Empty = KeysOf(answer, "empty");
        Stale = KeysOf(answer, "stale");
    }

    /// <summary>How many instruments the session was subscribed to when this began.</summary>
    public int Keys { get; }

    /// <summary>Those asked for that had no value then.</summary>
    public IReadOnlyList<uint> Empty { get; }

    /// <summary>Those of which nobody said then that the value is still good.</summary>
    public IReadOnlyList<uint> Stale { get; }

    /// <summary>No more of these: at once for the handler, and for the gateway where no other subscription wants them.</summary>
    public Task UnsubscribeAsync(CancellationToken cancellation = default) => _market.UnsubscribeAsync(_interest, cancellation);

    internal static uint[] KeysOf(JsonElement data, string name) =>
        [.. data.ListOf(name).Where(key => key.ValueKind == JsonValueKind.Number && key.TryGetUInt32(out _)).Select(key => key.GetUInt32())];
}
