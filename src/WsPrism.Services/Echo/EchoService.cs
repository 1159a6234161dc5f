using WsPrism.Protocol.Hot;

namespace WsPrism.Services.Echo;

/// <summary>The <c>echo</c> service: returns a frame to its sender, for measuring. Needs no room. Stateless, safe for all threads.</summary>
public sealed class EchoService : IHotService
{
    /// <inheritdoc/>
    public string Name => "echo";

    /// <inheritdoc/>
    public void OnFrame(in HotFrame frame, IHotContext context) => context.Reply(frame with { Flags = frame.Flags & ~HotFlags.Ack });
}
