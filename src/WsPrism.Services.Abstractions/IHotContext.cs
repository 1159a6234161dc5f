using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Services;

/// <summary>What a Hot service may do while it handles a frame. Valid on the calling thread, for the length of the call.</summary>
public interface IHotContext
{
    /// <summary>The sender.</summary>
    ISession Session { get; }

    /// <summary>The room that the frame is for: the one of its ROOM field, otherwise the sender's active room; null where there is neither.</summary>
    IRoom? Room { get; }

    /// <summary>Sends a frame to the sender.</summary>
    void Reply(in HotFrame frame);

    /// <summary>
    /// Sends a frame to a room with the sender's handle in SENDER. Lossy frames (no RELIABLE flag) are conflated per sender, or per KEY where the
    /// frame has one. The room's rule may hold them back; in a room with ticks the sender gets its own states too.
    /// </summary>
    void Publish(IRoom room, in HotFrame frame, Audience audience = Audience.Others);

    /// <summary>Refuses the frame; the client is told as the tenant's <c>hot_error_mode</c> says.</summary>
    void Fail(ErrorCode code, string message);
}
