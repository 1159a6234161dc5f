using System.Globalization;
using WsPrism.Protocol;

namespace WsPrism.Services.Market;

/// <summary>The <c>market</c> service of the Ext lane: subscribing to instruments (PROTOCOL §7). Stateless, safe for all threads.</summary>
public sealed class MarketService : IExtService
{
    // A value every ten seconds; who wants less asks when it needs one.
    private const double MinHz = 0.1;

    /// <inheritdoc/>
    public string Name => "market";

    /// <inheritdoc/>
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (message.Type.SequenceEqual("subscribe"u8))
        {
            Subscribe(message, (IMarketContext)context);
        }
        else if (message.Type.SequenceEqual("unsubscribe"u8))
        {
            Unsubscribe(message, (IMarketContext)context);
        }
        else
        {
            context.Fail(ErrorCode.BadRequest, "market knows subscribe and unsubscribe.");
        }
    }

    private static void Subscribe(in ExtMessage message, IMarketContext context)
    {
        if (TryReadKeys(message, context) is not { } keys)
        {
            return;
        }

        if (JsonFields.FindNumber(message.Data, "max_hz"u8, absent: 0, MinHz) is not { } maxHz)
        {
            context.Fail(ErrorCode.BadRequest, "max_hz must be a number of at least 0.1.");
        }
        else if (TryReadFormat(message.Data) is not { } asText)
        {
            context.Fail(ErrorCode.BadRequest, "format must be \"hot\" or \"json\".");
        }
        else if (!context.TrySubscribe(keys, maxHz, asText))
        {
            context.Fail(ErrorCode.ResourceExhausted, string.Create(CultureInfo.InvariantCulture, $"A session may be subscribed to {context.MaxMarketKeys} instruments."));
        }
    }

    private static void Unsubscribe(in ExtMessage message, IMarketContext context)
    {
        if (TryReadKeys(message, context) is not { } keys)
        {
            return;
        }

        var left = context.Unsubscribe(keys);
        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteNumber("keys"u8, left);
        json.WriteEndObject();
        context.Answer();
    }

    // In order and each once; null, and the message refused, where they are not right.
    private static uint[]? TryReadKeys(in ExtMessage message, IExtContext context)
    {
        var keys = MarketKeys.TryRead(message.Data);
        if (keys is null)
        {
            context.Fail(ErrorCode.BadRequest, "keys must be a list of at least one integer from 0 to 4294967295.");
        }

        return keys;
    }

    private static bool? TryReadFormat(ReadOnlySpan<byte> data) =>
        !JsonFields.TryFind(data, "format"u8, out var raw) || raw.SequenceEqual("\"hot\""u8) ? false
        : raw.SequenceEqual("\"json\""u8) ? true
        : null;
}
