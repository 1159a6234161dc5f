using System.Text;
using System.Text.Unicode;
using WsPrism.Core.Answers;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>The host's functions behind <c>ctx</c>, <c>json</c>, <c>log</c> and <c>now_ms</c>. Each pushes nil for no problem first, but for the last.</summary>
internal static unsafe class HostFunctions
{
    private const int MaxMembers = 1_000;
    private const int MaxLogBytes = 1_024;
    private const string KickedByScript = "script";

    /// <summary><c>(steps)</c>: pays for native work before it is done.</summary>
    public static int Charge(LuaState lua)
    {
        lua.Meter.Spend(Math.Max(0, LuaNative.ToInteger(lua.Handle, 1, null)));
        return Done(lua);
    }

    /// <summary><c>json.encode(value)</c>.</summary>
    public static int Encode(LuaState lua)
    {
        var json = LuaValues.ToJson(lua, Value(lua, 1), ScriptCall.MaxEffectBytes, 2 * LuaValues.MaxDepth);
        LuaNative.PushNil(lua.Handle);
        lua.PushText(json);
        return 2;
    }

    /// <summary><c>json.decode(text)</c>.</summary>
    public static int Decode(LuaState lua)
    {
        var text = Text(lua, 1, "json.decode: the text");
        LuaNative.PushNil(lua.Handle);
        LuaValues.PushText(lua, text);
        return 2;
    }

    /// <summary><c>log(text)</c>.</summary>
    public static int Log(LuaState lua)
    {
        var text = Text(lua, 1, "log: the text");
        var line = Encoding.UTF8.GetString(text[..Math.Min(text.Length, MaxLogBytes)]);
        lua.Call?.Log(string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)));
        return Done(lua);
    }

    /// <summary><c>now_ms()</c>: the only function whose first result is one.</summary>
    public static int NowMs(LuaState lua)
    {
        LuaNative.PushInteger(lua.Handle, lua.Call?.Host.NowMs ?? 0);
        return 1;
    }

    /// <summary><c>ctx.reply(data)</c>.</summary>
    public static int Reply(LuaState lua)
    {
        var call = MessageCall(lua, "ctx.reply");
        call.Reply = LuaValues.ToJson(lua, Value(lua, 1), call.Rules.MaxReplyBytes, LuaValues.MaxDepth);
        call.Refusal = (ErrorCode.None, string.Empty);
        return Done(lua);
    }

    /// <summary><c>ctx.fail(code, text)</c>.</summary>
    public static int Fail(LuaState lua)
    {
        var call = MessageCall(lua, "ctx.fail");
        if (!ErrorCodeNames.TryParse(Text(lua, 1, "ctx.fail: the code"), out var code) || code == ErrorCode.None)
        {
            throw new ScriptException("ctx.fail: the code must be one of the protocol, for example BAD_REQUEST");
        }

        call.Refusal = (code, IsAbsent(lua, 2) ? "The service refused the message." : Words(lua, 2, "ctx.fail: the text", ServiceAnswer.MaxTextBytes));
        call.Reply = null;
        return Done(lua);
    }

    /// <summary><c>ctx.publish(type, data, room)</c>: to the members of the room, which is the call's own where none is named.</summary>
    public static int Publish(LuaState lua)
    {
        var call = CallOf(lua, "ctx.publish");
        var room = !IsAbsent(lua, 3) ? RoomName(lua, 3, "ctx.publish")
            : call.Room ?? throw new ScriptException("ctx.publish: this call is for no room; name one as the third argument");
        return Send(lua, call, "ctx.publish", new PublishTarget(PublishTargetKind.Room, room), 1);
    }

    /// <summary><c>ctx.send_user(user, type, data)</c>: to all sessions of a user.</summary>
    public static int SendUser(LuaState lua)
    {
        var call = CallOf(lua, "ctx.send_user");
        return Send(lua, call, "ctx.send_user", new PublishTarget(PublishTargetKind.User, Words(lua, 1, "ctx.send_user: the user", Identity.MaxUserBytes)), 2);
    }

    /// <summary><c>ctx.join(room, user)</c>.</summary>
    public static int Join(LuaState lua)
    {
        var call = CallOf(lua, "ctx.join");
        call.Add(new ScriptEffect.Join(Encoding.UTF8.GetBytes(RoomName(lua, 1, "ctx.join")), UserOrSender(lua, call, "ctx.join")));
        return Done(lua);
    }

    /// <summary><c>ctx.leave(room, user)</c>.</summary>
    public static int Leave(LuaState lua)
    {
        var call = CallOf(lua, "ctx.leave");
        call.Add(new ScriptEffect.Leave(Encoding.UTF8.GetBytes(RoomName(lua, 1, "ctx.leave")), UserOrSender(lua, call, "ctx.leave")));
        return Done(lua);
    }

    /// <summary><c>ctx.kick(whom, reason)</c>.</summary>
    public static int Kick(LuaState lua)
    {
        var call = CallOf(lua, "ctx.kick");
        var whom = Words(lua, 1, "ctx.kick: the user or session", Identity.MaxUserBytes);
        call.Add(new ScriptEffect.Kick(whom, IsAbsent(lua, 2) ? KickedByScript : Words(lua, 2, "ctx.kick: the reason", ServiceAnswer.MaxTextBytes)));
        return Done(lua);
    }

    /// <summary><c>ctx.members(room)</c>: an array of <c>{user, sessions}</c>, and each session <c>{session, handle}</c>.</summary>
    public static int Members(LuaState lua)
    {
        var call = CallOf(lua, "ctx.members");
        var room = IsAbsent(lua, 1) ? call.Room ?? throw new ScriptException("ctx.members: this call is for no room; name one") : RoomName(lua, 1, "ctx.members");
        var handle = lua.Handle;
        LuaNative.PushNil(handle);
        LuaNative.CreateTable(handle, 0, 0);
        var users = 0;
        foreach (var (user, sessions) in call.Host.Members(room, MaxMembers))
        {
            lua.Meter.Spend(1 + sessions.Count);
            lua.Demand();
            LuaNative.CreateTable(handle, 0, 2);
            lua.PushText("user"u8);
            lua.PushText(user);
            LuaNative.RawSet(handle, -3);
            lua.PushText("sessions"u8);
            LuaNative.CreateTable(handle, sessions.Count, 0);
            for (var i = 0; i < sessions.Count; i++)
            {
                LuaNative.CreateTable(handle, 0, 2);
                lua.PushText("session"u8);
                lua.PushText(sessions[i].Session);
                LuaNative.RawSet(handle, -3);
                lua.PushText("handle"u8);
                LuaNative.PushInteger(handle, sessions[i].Handle);
                LuaNative.RawSet(handle, -3);
                LuaNative.RawSet(handle, -2, i + 1);
            }

            LuaNative.RawSet(handle, -3);
            LuaNative.RawSet(handle, -2, ++users);
        }

        return 2;
    }

    /// <summary><c>ctx.set_session_state(value)</c>.</summary>
    public static int SetSessionState(LuaState lua)
    {
        var call = MessageCall(lua, "ctx.set_session_state");
        var value = Value(lua, 1);
        var isNothing = LuaNative.TypeOf(lua.Handle, value) is LuaNative.TypeNil or LuaNative.TypeLightUserData;
        call.SessionState = isNothing ? [] : LuaValues.ToJson(lua, value, Session.MaxStateBytes, LuaValues.MaxDepth);
        return Done(lua);
    }

    private static int Send(LuaState lua, ScriptCall call, string function, PublishTarget target, int index)
    {
        var type = Text(lua, index, $"{function}: the type");
        if (!EnvelopeRules.IsName(type))
        {
            throw new ScriptException($"{function}: the type must be [a-z][a-z0-9_.-]{{0,63}}");
        }

        var message = new ServerMessage
        {
            Svc = call.Rules.Svc,
            Type = type.ToArray(),
            Data = IsAbsent(lua, index + 1) ? default(ReadOnlyMemory<byte>) : LuaValues.ToJson(lua, index + 1, call.Rules.MaxMessageBytes, LuaValues.MaxDepth),
        };
        if (ServerPublisher.LengthOf(target, message) > call.Rules.MaxMessageBytes)
        {
            throw new ScriptException($"{function}: the message is longer than {call.Rules.MaxMessageBytes} bytes as clients get it");
        }

        call.Add(new ScriptEffect.Publish(target, message));
        return Done(lua);
    }

    private static int Done(LuaState lua)
    {
        LuaNative.PushNil(lua.Handle);
        return 1;
    }

    private static ScriptCall CallOf(LuaState lua, string function) => lua.Call ?? throw new ScriptException($"{function} works in the script's functions only");

    private static ScriptCall MessageCall(LuaState lua, string function)
    {
        var call = CallOf(lua, function);
        return call.Message is null ? throw new ScriptException($"{function} works in on_message only: nobody asked") : call;
    }

    private static string? UserOrSender(LuaState lua, ScriptCall call, string function)
    {
        if (!IsAbsent(lua, 2))
        {
            return Words(lua, 2, $"{function}: the user", Identity.MaxUserBytes);
        }

        return call.Sender is null ? throw new ScriptException($"{function}: this call is for nobody; name a user as the second argument") : null;
    }

    private static string RoomName(LuaState lua, int index, string function)
    {
        var name = Text(lua, index, $"{function}: the room");
        return EnvelopeRules.IsRoom(name) ? Encoding.UTF8.GetString(name) : throw new ScriptException($"{function}: the room must be 1 to 128 bytes without control characters");
    }

    private static string Words(LuaState lua, int index, string what, int maxBytes)
    {
        var bytes = Text(lua, index, what);
        if (bytes.Length > 0 && bytes.Length <= maxBytes && Utf8.IsValid(bytes))
        {
            var text = Encoding.UTF8.GetString(bytes);
            if (!text.Any(char.IsControl))
            {
                return text;
            }
        }

        throw new ScriptException($"{what} must be 1 to {maxBytes} bytes without control characters");
    }

    // Lua's own bytes: good while the argument is where it is.
    private static ReadOnlySpan<byte> Text(LuaState lua, int index, string what)
    {
        if (LuaNative.TypeOf(lua.Handle, index) != LuaNative.TypeString)
        {
            throw new ScriptException($"{what} must be a string");
        }

        var bytes = LuaNative.ToString(lua.Handle, index, out var length);
        return new ReadOnlySpan<byte>(bytes, checked((int)length));
    }

    private static bool IsAbsent(LuaState lua, int index) => LuaNative.TypeOf(lua.Handle, index) <= LuaNative.TypeNil;

    // An argument that is left out is nil.
    private static int Value(LuaState lua, int index)
    {
        if (LuaNative.GetTop(lua.Handle) < index)
        {
            LuaNative.SetTop(lua.Handle, index);
        }

        return index;
    }
}
