using WsPrism.Plugins.Scripts;
using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Plugins.Tests.Scripts;

public sealed class SandboxTests
{
    [Theory]
    [InlineData("io")]
    [InlineData("os")]
    [InlineData("package")]
    [InlineData("debug")]
    [InlineData("coroutine")]
    [InlineData("require")]
    [InlineData("load")]
    [InlineData("loadstring")]
    [InlineData("loadfile")]
    [InlineData("dofile")]
    [InlineData("collectgarbage")]
    [InlineData("warn")]
    [InlineData("string.dump")]
    [InlineData("string.pack")]
    [InlineData("math.randomseed")]
    public void What_reaches_out_is_not_there(string name) => Assert.Equal("\"nil\"", ScriptBed.Evaluate($"type({name})"));

    [Fact]
    public void The_globals_are_these()
    {
        var globals = ScriptBed.Do("local n = {} for k in pairs(_G) do n[#n + 1] = k end table.sort(n) return n");

        Assert.Equal("""["_G","on_message"]""", globals);
    }

    [Theory]
    [InlineData("string.upper = 1")]
    [InlineData("rawset(string, 'upper', 1)")]
    [InlineData("table.insert(math, 1)")]
    [InlineData("json.null = 1")]
    [InlineData("setmetatable(string, {})")]
    [InlineData("setmetatable(_G, {})")]
    [InlineData("setmetatable(json.array(), {})")]
    [InlineData("getmetatable('').__index = 1")]
    [InlineData("setmetatable('', {})")]
    [InlineData("local f, t = pairs(string) t.upper = 1")]
    [InlineData("table.move({1}, 1, 1, 1, utf8)")]
    [InlineData("table.sort(math)  string.x = 1")]
    public void What_rooms_share_cannot_be_changed(string attempt)
    {
        using var bed = new ScriptBed($"function on_message(ctx, msg) {attempt} end");

        Assert.StartsWith("error: test.lua:1: ", bed.Ask(), StringComparison.Ordinal);
        Assert.Equal("[\"A\",3.0]".Replace(".0", string.Empty, StringComparison.Ordinal), ScriptBed.Evaluate("{('a'):upper(), math.floor(3.5)}"));
    }

    [Fact]
    public void Rooms_do_not_see_each_others_globals_and_state()
    {
        using var bed = new ScriptBed("n = 0 function on_message(ctx) n = n + 1 ctx.state.n = (ctx.state.n or 0) + 1 ctx.reply({n, ctx.state.n}) end");
        var other = bed.Lua.CreateRoom();
        Assert.Null(bed.Lua.RunChunk(other));

        bed.Ask();
        Assert.Equal("[2,2]", bed.Ask());
        Assert.Equal("[1,1]", bed.Ask(out _, room: other));
    }

    [Fact]
    public void A_function_may_have_what_the_chunk_is_not_given()
    {
        // Were the text only put between a head and an end, this would leave the function that gets the room's globals.
        var exception = Assert.Throws<ScriptException>(() => new ScriptBed("end, function(...)"));

        Assert.StartsWith("test.lua:1: ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x = = 1")]
    [InlineData("goto nowhere")]
    [InlineData("local x <const> = 1 x = 2")]
    public void What_does_not_compile_names_file_and_line(string source)
    {
        var exception = Assert.Throws<ScriptException>(() => new ScriptBed("\n" + source));

        Assert.Matches("^test.lua:[12]: ", exception.Message);
    }

    [Fact]
    public void Bytecode_is_not_loaded()
    {
        var exception = Assert.Throws<ScriptException>(() => new ScriptBed("\u001bLua"));

        Assert.Contains("test.lua", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error('x')", "test.lua:3: x")]
    [InlineData("error('x', 0)", "test.lua:3: x")]
    [InlineData("local t = nil; t.x = 1", "test.lua:3: attempt to index a nil value (local 't')")]
    [InlineData("error()", "test.lua:3: error with nil")]
    [InlineData("error({})", "test.lua:3: error with a table")]
    [InlineData("error(setmetatable({}, {__tostring = function() error('again') end}))", "test.lua:3: error with a table")]
    [InlineData("error(print)", "test.lua:3: error with a value that is no text")]
    [InlineData("error('a\\nb')", "test.lua:3: a b")]
    [InlineData("ctx.publish('UPPER', 1)", "test.lua:3: ctx.publish: the type must be [a-z][a-z0-9_.-]{0,63}")]
    [InlineData("string.rep()", "test.lua:3: bad argument #1 to 'rep' (string expected, got nil)")]
    [InlineData("table.insert(nil, 1)", "test.lua:3: bad argument #1 to 'insert' (table expected, got nil)")]
    [InlineData("('x'):rep(1e9)", "test.lua:3: resulting string too large")]
    [InlineData("('x'):find('[a')", "test.lua:3: malformed pattern (missing ']')")]
    [InlineData("('x'):gsub('x', function() return {} end)", "test.lua:3: invalid replacement value (a table)")]
    public void An_error_names_file_and_line(string statement, string expected)
    {
        using var bed = new ScriptBed($"function on_message(ctx, msg)\n\n  {statement}\nend");

        Assert.Equal("error: " + expected, bed.Ask());
    }

    [Fact]
    public void A_long_error_is_cut()
    {
        using var bed = new ScriptBed("function on_message() error(('x'):rep(1000000)) end");

        Assert.True(bed.Ask().Length < 1_200);
    }

    [Theory]
    [InlineData("setmetatable({}, {__gc = function() end})", "error: test.lua:1: a metatable must not have __gc")]
    [InlineData("select(2, pcall(setmetatable, {}, {__gc = 1}))", "\"a metatable must not have __gc\"")]
    public void There_are_no_finalizers(string expression, string expected) => Assert.Equal(expected, ScriptBed.Evaluate(expression));

    [Fact]
    public void Numbers_are_random()
    {
        Assert.NotEqual(ScriptBed.Evaluate("math.random(0)"), ScriptBed.Evaluate("math.random(0)"));
    }

    [Fact]
    public void A_state_gives_back_all_that_it_took()
    {
        var bed = new ScriptBed("t = {} for i = 1, 1000 do t[i] = {} end");
        Assert.True(bed.Used > 50_000);
        bed.Lua.Dispose();

        Assert.Equal(0, bed.Used);
        bed.Dispose();
    }

    [Fact]
    public void A_room_that_is_dropped_gives_back_what_it_held()
    {
        using var bed = new ScriptBed("t = ('x'):rep(100000)");
        var before = bed.Used;
        for (var i = 0; i < 1_000; i++)
        {
            var room = bed.Lua.CreateRoom();
            Assert.Null(bed.Lua.RunChunk(room));
            bed.Lua.Drop(room);
        }

        Assert.True(bed.Used < before + 4_000_000);
        _ = LuaNative.CollectGarbage(bed.Lua.Handle, LuaNative.GcCollect);
        Assert.InRange(bed.Used, 0, before + 100_000);
    }
}
