using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Plugins.Scripts;

/// <summary>Loads scripts. Immutable.</summary>
internal sealed class ScriptKind(TimeProvider time, ILogger logger) : IPluginKind
{
    public ExtServiceKind Kind => ExtServiceKind.Script;

    public Plugin Load(string tenant, ExtServiceConfig config)
    {
        var program = new ScriptProgram(config);
        try
        {
            return new ScriptPlugin(tenant, config, program, Try(program), time, logger);
        }
        catch (ScriptException exception)
        {
            program.Release();
            throw new PluginException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or TypeInitializationException)
        {
            program.Release();
            throw new PluginException($"{program.Name}: there is no Lua library for this system ({exception.GetBaseException().Message})", exception);
        }
    }

    // Runs it once in a room of its own, in which nothing can be done to anybody.
    private static ScriptFunctions Try(ScriptProgram program)
    {
        using var lua = new LuaState(program);
        var room = lua.CreateRoom();
        if (lua.RunChunk(room) is { } error)
        {
            throw new ScriptException(error.Message);
        }

        var functions = (lua.Defines(room, "on_message"u8) ? ScriptFunctions.OnMessage : 0)
            | (lua.Defines(room, "on_join"u8) ? ScriptFunctions.OnJoin : 0)
            | (lua.Defines(room, "on_leave"u8) ? ScriptFunctions.OnLeave : 0)
            | (lua.Defines(room, "on_tick"u8) ? ScriptFunctions.OnTick : 0);
        return functions == 0
            ? throw new ScriptException($"{program.Name}: defines none of on_message, on_join, on_leave and on_tick (as globals)")
            : functions;
    }
}
