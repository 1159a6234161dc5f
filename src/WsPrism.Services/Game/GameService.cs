using WsPrism.Protocol.Hot;

namespace WsPrism.Services.Game;

/// <summary>
/// The <c>game</c> service of the Hot lane: relays a frame to the other members of its room with SENDER. Opcodes that the room's rule names are reliable,
/// the others are as the sender's flags say: by default the latest state of each sender and opcode wins. Stateless, safe for all threads.
/// </summary>
public sealed class GameService : IHotService
{
    /// <inheritdoc/>
    public string Name => "game";

    /// <inheritdoc/>
    public void OnFrame(in HotFrame frame, IHotContext context)
    {
        if (context.Room is not { } room)
        {
            context.Fail(Protocol.ErrorCode.NotInRoom, "Join a room before sending game frames.");
        }
        else if (room.IsReliableOpcode(frame.Opcode))
        {
            ((IGameHotContext)context).Relay(room, frame with { Flags = frame.Flags | HotFlags.Reliable });
        }
        else
        {
            ((IGameHotContext)context).Relay(room, frame);
        }
    }
}
