using BenchmarkDotNet.Attributes;
using WsPrism.Core.Answers;
using WsPrism.Plugins.Scripts;
using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Bench.Benchmarks;

/// <summary>Calls of a script's <c>on_message</c> in one Lua state, with the message's JSON made Lua's and the answer made JSON.</summary>
[MemoryDiagnoser]
public class ScriptBenchmarks : IScriptHost
{
    private const string Text = """
        function on_message(ctx, msg)
          if msg.type == 'nothing' then return end
          if msg.type == 'count' then
            ctx.state.n = (ctx.state.n or 0) + 1
            return ctx.reply({ n = ctx.state.n })
          end
          if msg.type == 'relay' then return ctx.publish('moved', msg.data) end
          local words = 0
          for word in msg.data.text:gmatch('%a+') do words = words + #word end
          ctx.reply({ words = words })
        end
        """;

    private readonly LuaState _lua = new(new ScriptProgram("bench.lua", System.Text.Encoding.UTF8.GetBytes(Text), 1_000_000, 16_777_216, TimeSpan.FromSeconds(2)));
    private LuaRoom _room;

    public long NowMs => 0;

    [GlobalSetup]
    public void Setup()
    {
        _room = _lua.CreateRoom();
        _ = _lua.RunChunk(_room);
    }

    [Benchmark(Baseline = true)]
    public int Nothing() => Call("nothing", "{}");

    [Benchmark]
    public int Count() => Call("count", """{"by":1}""");

    [Benchmark]
    public int Relay() => Call("relay", """{"x":12.5,"y":-3,"keys":["up","left"]}""");

    [Benchmark]
    public int Words() => Call("words", """{"text":"the quick brown fox jumps over the lazy dog"}""");

    IReadOnlyList<(string User, IReadOnlyList<ScriptSender> Sessions)> IScriptHost.Members(string room, int limit) => [];

    void IScriptHost.Log(string? room, string text)
    {
    }

    void IScriptHost.Failed(Exception exception) => throw exception;

    private int Call(string type, string data)
    {
        var call = new ScriptCall
        {
            Tenant = "acme",
            Service = "bench",
            Room = "match:7",
            Sender = new ScriptSender("user:alice", "01M7YK5CKP3131CXGA8F6NPW8S", 17),
            Host = this,
            Rules = new AnswerRules("bench"u8.ToArray(), 65_536, 65_536, 65_536),
            Message = new ScriptMessage { Type = System.Text.Encoding.UTF8.GetBytes(type), Data = System.Text.Encoding.UTF8.GetBytes(data) },
        };
        return _lua.CallFunction(_room, "on_message"u8, call) is { } error ? throw new InvalidOperationException(error.Message) : call.Effects.Count;
    }
}
