using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Plugins.Scripts;

/// <summary>A client's message on its way into the script and back. The time for it runs from its arrival.</summary>
internal sealed class MessageWork(IDeferredMessage deferred, Session session, string room, ScriptMessage message, TimeProvider time) : ScriptWork
{
    private readonly long _arrived = time.GetTimestamp();

    /// <summary>Empty for whoever is in no room that the script is for.</summary>
    public string Room => room;

    /// <summary>What it holds while it waits.</summary>
    public int Bytes => message.Bytes;

    /// <summary>Answers without the script.</summary>
    public void Refuse(ErrorCode code, string text) => deferred.Resume(context => context.Fail(code, text));

    public override void Run(ScriptLane lane)
    {
        lane.Rooms.Taken(this);
        try
        {
            if (lane.Rooms.Current is not { } plugin || time.GetElapsedTime(_arrived) >= plugin.Program.Time)
            {
                Refuse(ErrorCode.ServiceUnavailable, ScriptTexts.Unavailable);
                return;
            }

            // Known first, asked for afterwards: of a room that ends meanwhile its lane then hears.
            var known = lane.RoomOf(room);
            if (room.Length > 0 && lane.Rooms.Owner.Registry.FindRoom(room) is null)
            {
                lane.Drop(known);
                Refuse(ErrorCode.NotInRoom, ScriptTexts.NotInRoom);
                return;
            }

            var call = lane.Rooms.CallFor(known, ScriptRooms.SenderOf(session), message);
            if (lane.Rooms.Run(lane, known, plugin, "on_message"u8, call))
            {
                deferred.Resume(context => ScriptDeeds.Answer(call, lane.Rooms, context));
            }
            else
            {
                Refuse(ErrorCode.Internal, ScriptTexts.Failed);
            }
        }
        catch (Exception exception)
        {
            // A fault of ours: the client must not wait for ever.
            lane.Rooms.Failed(exception);
            Refuse(ErrorCode.Internal, ScriptTexts.Failed);
        }
    }
}
