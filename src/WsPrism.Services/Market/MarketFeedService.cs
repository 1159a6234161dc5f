using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Services.Market;

/// <summary>The <c>market</c> service of the Hot lane: takes values from publishers. Stateless, safe for all threads.</summary>
public sealed class MarketFeedService : IHotService
{
    /// <inheritdoc/>
    public string Name => "market";

    /// <inheritdoc/>
    public void OnFrame(in HotFrame frame, IHotContext context)
    {
        var code = ((IMarketHotContext)context).PublishValue(frame);
        if (code != ErrorCode.None)
        {
            context.Fail(code, code switch
            {
                ErrorCode.NotAllowed => "Only a ticket with the role publisher may publish to the market.",
                ErrorCode.BadRequest => "A value needs KEY: its instrument.",
                ErrorCode.PayloadTooLarge => "The value is longer than the tenant allows.",
                _ => "The market has as many instruments, or this one as many opcodes, as may be.",
            });
        }
    }
}
