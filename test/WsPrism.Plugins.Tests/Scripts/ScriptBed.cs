using System.Text;
using WsPrism.Core.Answers;
using WsPrism.Plugins.Scripts;
using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Plugins.Tests.Scripts;

/// <summary>One Lua state with one room, run by hand without a gateway.</summary>
internal sealed class ScriptBed : IScriptHost, IDisposable
{
    private readonly ScriptProgram _program;

    public ScriptBed(string source, int instructions = 1_000_000, long memoryBytes = 4_194_304, int timeoutMs = 20_000)
    {
        _program = new ScriptProgram("test.lua", Encoding.UTF8.GetBytes(source), instructions, memoryBytes, TimeSpan.FromMilliseconds(timeoutMs));
        try
        {
            Lua = new LuaState(_program);
        }
        catch (ScriptException)
        {
            _program.Release();
            throw;
        }

        Room = Lua.CreateRoom();
        Chunk = Lua.RunChunk(Room);
    }

    public LuaState Lua { get; }

    public LuaRoom Room { get; }

    /// <summary>How running the script itself ended.</summary>
    public ScriptError? Chunk { get; }

    public List<string> Logged { get; } = [];

    public long NowMs => 1_760_000_000_000;

    /// <summary>Bytes that the script holds.</summary>
    public unsafe long Used => *_program.MemoryUsed;

    /// <summary>The value of an expression as JSON, or <c>error: </c> and what was wrong.</summary>
    public static string Evaluate(string expression, int instructions = 1_000_000, long memoryBytes = 4_194_304)
    {
        using var bed = new ScriptBed($"function on_message(ctx, msg) ctx.reply({expression}) end", instructions, memoryBytes);
        return bed.Ask();
    }

    /// <summary>What the body of a function does, which answers with <c>return</c>.</summary>
    public static string Do(string body, int instructions = 1_000_000, long memoryBytes = 4_194_304, int timeoutMs = 20_000)
    {
        using var bed = new ScriptBed($"local function f() {body}\nend function on_message(ctx, msg) ctx.reply(f()) end", instructions, memoryBytes, timeoutMs);
        return bed.Ask();
    }

    /// <summary>Sends a message; answers with the reply, the refusal or the error.</summary>
    public string Ask(string data = "null", string type = "test") => Ask(out _, data, type);

    public string Ask(out ScriptCall call, string data = "null", string type = "test", LuaRoom? room = null)
    {
        call = CreateCall(data, type);
        var error = Lua.CallFunction(room ?? Room, "on_message"u8, call);
        Assert.DoesNotContain(Logged, line => line.StartsWith("FAULT", StringComparison.Ordinal));
        return error is not null ? $"error: {error.Message}"
            : call.Reply is { } reply ? Encoding.UTF8.GetString(reply)
            : call.Refusal.Code != Protocol.ErrorCode.None ? $"refused: {call.Refusal.Code} {call.Refusal.Text}"
            : "accepted";
    }

    public ScriptCall CreateCall(string? data = null, string type = "test", string? state = null) => new()
    {
        Tenant = "acme",
        Service = "quiz",
        Room = "match:7",
        Sender = new ScriptSender("user:alice", "01M7YK5CKP3131CXGA8F6NPW8S", 17),
        Rules = new AnswerRules("quiz"u8.ToArray(), 65_536, 65_532, 65_000),
        Host = this,
        Message = data is null ? null : new ScriptMessage
        {
            Type = Encoding.UTF8.GetBytes(type),
            Data = Encoding.UTF8.GetBytes(data),
            SessionState = state is null ? default(ReadOnlyMemory<byte>) : Encoding.UTF8.GetBytes(state),
        },
    };

    public IReadOnlyList<(string User, IReadOnlyList<ScriptSender> Sessions)> Members(string room, int limit) =>
        [("user:alice", [new ScriptSender("user:alice", "01M7YK5CKP3131CXGA8F6NPW8S", 17)])];

    public void Log(string? room, string text) => Logged.Add(text);

    public void Failed(Exception exception) => Logged.Add($"FAULT {exception}");

    public void Dispose()
    {
        Lua.Dispose();
        _program.Release();
    }
}
