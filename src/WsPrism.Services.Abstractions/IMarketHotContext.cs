using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Services;

/// <summary>What the gateway's own <c>market</c> service may do beyond what any Hot service may.</summary>
internal interface IMarketHotContext : IHotContext
{
    /// <summary>
    /// Publishes a value of the instrument that KEY names: <see cref="ErrorCode.NotAllowed"/> where the sender is no publisher,
    /// <see cref="ErrorCode.BadRequest"/> without KEY, <see cref="ErrorCode.PayloadTooLarge"/> or <see cref="ErrorCode.ResourceExhausted"/> beyond a limit.
    /// </summary>
    ErrorCode PublishValue(in HotFrame frame);
}
