using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>
/// The host's functions as the prelude gets them. None raises an error: the first result is what is wrong, or nil, and the prelude raises it. A limit that is
/// reached stops the script at its next instruction.
/// </summary>
internal static unsafe class LuaFunctions
{
    /// <summary>Pushes a table of all of them.</summary>
    public static void PushTable(LuaState lua)
    {
        var handle = lua.Handle;
        LuaNative.CreateTable(handle, 0, 32);
        Add(lua, "find"u8, &Find);
        Add(lua, "match"u8, &Match);
        Add(lua, "find_next"u8, &FindNext);
        Add(lua, "check_pattern"u8, &CheckPattern);
        Add(lua, "gsub"u8, &Replace);
        Add(lua, "charge"u8, &Charge);
        Add(lua, "encode"u8, &Encode);
        Add(lua, "decode"u8, &Decode);
        Add(lua, "log"u8, &Log);
        Add(lua, "now_ms"u8, &NowMs);
        Add(lua, "reply"u8, &Reply);
        Add(lua, "fail"u8, &Fail);
        Add(lua, "publish"u8, &Publish);
        Add(lua, "send_user"u8, &SendUser);
        Add(lua, "join"u8, &Join);
        Add(lua, "leave"u8, &Leave);
        Add(lua, "kick"u8, &Kick);
        Add(lua, "members"u8, &Members);
        Add(lua, "set_session_state"u8, &SetSessionState);
        lua.PushText("max_bytes"u8);
        LuaNative.PushInteger(handle, lua.Program.MemoryBytes);
        LuaNative.RawSet(handle, -3);
        lua.PushText("null"u8);
        LuaNative.PushPointer(handle, 0);
        LuaNative.RawSet(handle, -3);
    }

    private static void Add(LuaState lua, ReadOnlySpan<byte> name, delegate* unmanaged[Cdecl]<nint, int> function)
    {
        lua.PushText(name);
        LuaNative.PushClosure(lua.Handle, function, 0);
        LuaNative.RawSet(lua.Handle, -3);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Find(nint state) => Run(state, &LuaStrings.Find);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Match(nint state) => Run(state, &LuaStrings.Match);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FindNext(nint state) => Run(state, &LuaStrings.FindNext);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckPattern(nint state) => Run(state, &LuaStrings.CheckPattern);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Replace(nint state) => Run(state, &LuaStrings.Replace);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Charge(nint state) => Run(state, &HostFunctions.Charge);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Encode(nint state) => Run(state, &HostFunctions.Encode);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Decode(nint state) => Run(state, &HostFunctions.Decode);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Log(nint state) => Run(state, &HostFunctions.Log);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int NowMs(nint state) => Run(state, &HostFunctions.NowMs);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Reply(nint state) => Run(state, &HostFunctions.Reply);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Fail(nint state) => Run(state, &HostFunctions.Fail);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Publish(nint state) => Run(state, &HostFunctions.Publish);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SendUser(nint state) => Run(state, &HostFunctions.SendUser);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Join(nint state) => Run(state, &HostFunctions.Join);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Leave(nint state) => Run(state, &HostFunctions.Leave);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Kick(nint state) => Run(state, &HostFunctions.Kick);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Members(nint state) => Run(state, &HostFunctions.Members);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SetSessionState(nint state) => Run(state, &HostFunctions.SetSessionState);

    // Between here and the return nothing is refused, and no exception gets out.
    private static int Run(nint handle, delegate*<LuaState, int> function)
    {
        var lua = LuaState.Of(handle);
        lua.EnterHost();
        try
        {
            return LuaNative.CheckStack(handle, LuaState.FreeSlots) == 0 ? throw new ScriptException("stack overflow") : function(lua);
        }
        catch (ScriptException exception)
        {
            return Problem(lua, exception.Message);
        }
        catch (ScriptStoppedException exception)
        {
            lua.Halt(exception.Reason);
            return Problem(lua, "stopped");
        }
        catch (Exception exception)
        {
            lua.Call?.Failed(exception);
            lua.Halt(LuaStop.Fault);
            return Problem(lua, "stopped");
        }
        finally
        {
            lua.LeaveHost();
        }
    }

    private static int Problem(LuaState lua, string text)
    {
        LuaNative.SetTop(lua.Handle, 0);
        lua.PushText(text);
        return 1;
    }
}
