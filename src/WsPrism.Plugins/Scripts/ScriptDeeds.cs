using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Plugins.Scripts;

/// <summary>Does what a script wanted done, in the script's order.</summary>
internal static class ScriptDeeds
{
    /// <summary>For a message: on the shard's thread, in the message's context, and then the answer.</summary>
    public static void Answer(ScriptCall call, ScriptRooms rooms, IExtContext context)
    {
        if (call.SessionState is { } state)
        {
            context.SetState(state);
        }

        var session = (Session)context.Session;
        var refusal = ErrorCode.None;
        foreach (var effect in call.Effects)
        {
            if (effect is ScriptEffect.Join { User: null } join)
            {
                refusal = Join(session, join.Room) is not ErrorCode.None and var code ? code : refusal;
            }
            else if (effect is ScriptEffect.Leave { User: null } leave)
            {
                Leave(session, leave.Room);
            }
            else
            {
                Do(effect, rooms, session);
            }
        }

        if (call.Refusal.Code != ErrorCode.None)
        {
            context.Fail(call.Refusal.Code, call.Refusal.Text);
        }
        else if (refusal != ErrorCode.None)
        {
            context.Fail(refusal, ScriptTexts.LimitReached);
        }
        else if (call.Reply is { } reply)
        {
            context.BeginData().WriteRawValue(reply, skipInputValidation: true);
            context.Answer();
        }
    }

    /// <summary>For what is no message: from any thread, nothing is waited for.</summary>
    public static void Do(ScriptCall call, ScriptRooms rooms, Session? session)
    {
        foreach (var effect in call.Effects)
        {
            Do(effect, rooms, session);
        }
    }

    private static void Do(ScriptEffect effect, ScriptRooms rooms, Session? session)
    {
        var tenant = rooms.Owner;
        _ = effect switch
        {
            ScriptEffect.Publish publish => rooms.Publisher.PublishAsync(tenant, publish.Target, publish.Message),
            ScriptEffect.Join { User: { } user } join => SessionControl.JoinAsync(tenant, user, join.Room),
            ScriptEffect.Leave { User: { } user } leave => SessionControl.LeaveAsync(tenant, user, leave.Room),
            ScriptEffect.Join join => SessionWork.RunAsync([session!], one => Join(one, join.Room) == ErrorCode.None),
            ScriptEffect.Leave leave => SessionWork.RunAsync([session!], one => Leave(one, leave.Room)),
            ScriptEffect.Kick kick => SessionControl.KickAsync(Find(rooms, kick.Whom), kick.Reason),
            _ => Task.CompletedTask,
        };
    }

    // Posted to the shard, so that the answer of the message goes first.
    private static Session[] Find(ScriptRooms rooms, string whom) =>
        rooms.Owner.Registry.FindSession(whom) is { } session ? [session] : rooms.Owner.Registry.SessionsOf(whom);

    private static ErrorCode Join(Session session, byte[] room) => !session.HasEnded && session.Rooms.Find(room) is null
        ? session.Join(room, activate: session.ActiveRoom is null, byBackend: true)
        : ErrorCode.None;

    private static bool Leave(Session session, byte[] room)
    {
        if (session.HasEnded || session.Rooms.Find(room) is not { } membership)
        {
            return false;
        }

        session.Leave(membership);
        return true;
    }
}
