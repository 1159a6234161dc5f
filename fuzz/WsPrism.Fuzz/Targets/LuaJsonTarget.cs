using System.Text;
using System.Text.Json;
using WsPrism.Core.Answers;
using WsPrism.Plugins.Scripts;
using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// A client's JSON into a script and back. What comes out is JSON, and once it has been through twice it stays the same; nothing of it stays behind.
/// </summary>
#pragma warning disable CA1001 // It lives as long as the process.
internal sealed class LuaJsonTarget : IFuzzTarget, IScriptHost
#pragma warning restore CA1001
{
    private readonly LuaState _lua = new(new ScriptProgram("fuzz.lua", "function on_message(ctx, msg) ctx.reply(msg.data) end"u8.ToArray(), 1_000_000, 16_777_216, TimeSpan.FromMinutes(1)));

    public string Name => "lua-json";

    public IEnumerable<byte[]> Seeds { get; } =
        [.. new[] { """{"a":[1,2.5,null,true,{}],"b":"x\n\u00e9","c":{"d":[]}}""", "[[],{},\"\",-0.0,1e300,9223372036854775808]", "\"text\"", "1", "null" }.Select(Encoding.UTF8.GetBytes)];

    public IEnumerable<byte[]> Dictionary { get; } = [.. new[] { "[]", "{}", "null", "\\ud83d\\ude00", "\\ud800", "1e999", "-9223372036854775808", "\"a\":", "\\u0000", "[[[[" }.Select(Encoding.ASCII.GetBytes)];

    public long NowMs => 0;

    public void Run(ReadOnlySpan<byte> input)
    {
        var json = input.ToArray();
        if (!IsJson(json))
        {
            return;
        }

        if (Through(json) is { } once)
        {
            BrokenInvariantException.ThrowIfNot(IsJson(once), "what comes out is JSON");

            // -0.0 is -0 once, which is 0 from then on.
            var twice = Through(once);
            BrokenInvariantException.ThrowIfNot(twice is not null && Through(twice) is { } thrice && thrice.Length == twice.Length, "a third time changes nothing");
        }
    }

    public IReadOnlyList<(string User, IReadOnlyList<ScriptSender> Sessions)> Members(string room, int limit) => [];

    public void Log(string? room, string text)
    {
    }

    public void Failed(Exception exception) => Environment.FailFast("A host function failed.", exception);

    // Null where the script could not answer: too long, or a number that JSON has not.
    private byte[]? Through(byte[] json)
    {
        var room = _lua.CreateRoom();
        try
        {
            BrokenInvariantException.ThrowIfNot(_lua.RunChunk(room) is null, "the script runs");
            var call = new ScriptCall
            {
                Tenant = "acme",
                Service = "fuzz",
                Host = this,
                Rules = new AnswerRules("fuzz"u8.ToArray(), 65_536, 65_536, 65_536),
                Message = new ScriptMessage { Type = "x"u8.ToArray(), Data = json },
            };
            return _lua.CallFunction(room, "on_message"u8, call) is null ? call.Reply : null;
        }
        finally
        {
            _lua.Drop(room);
        }
    }

    private static bool IsJson(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 31 });
            while (reader.Read())
            {
            }

            return System.Text.Unicode.Utf8.IsValid(json);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
