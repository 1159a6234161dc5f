using WsPrism.Protocol.Hot;

namespace WsPrism.Services;

/// <summary>What the gateway's own <c>game</c> service may do beyond what any Hot service may.</summary>
internal interface IGameHotContext : IHotContext
{
    /// <summary>Sends a frame to the others in a room, as <see cref="IHotContext.Publish"/>; when the sender leaves they are told so.</summary>
    void Relay(IRoom room, in HotFrame frame);
}
