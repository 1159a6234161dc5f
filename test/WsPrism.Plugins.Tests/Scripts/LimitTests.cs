using System.Diagnostics;
using WsPrism.Plugins.Scripts.Lua;
using WsPrism.Plugins.Scripts;

namespace WsPrism.Plugins.Tests.Scripts;

/// <summary>Scripts that want to run for ever or to have everything. Time is the machine's here, so each test asks for an end and not for when it comes.</summary>
public sealed class LimitTests
{
    private const string Spent = "ran over 100000 instructions";
    private const string TooMuch = "needs more than 1048576 bytes of memory";

    [Theory]
    [InlineData("while true do end")]
    [InlineData("repeat until false")]
    [InlineData("for i = 1, math.huge do end")]
    [InlineData("::again:: goto again")]
    [InlineData("while true do pcall(function() while true do end end) end")]
    [InlineData("pcall(function() while true do end end) return 1")]
    [InlineData("local function f() pcall(f) pcall(f) end f()")]
    [InlineData("xpcall(function() while true do end end, function() while true do end end)")]
    [InlineData("xpcall(error, function() while true do end end)")]
    [InlineData("table.sort({3, 2, 1}, function() while true do end end)")]
    [InlineData("('x'):gsub('x', function() while true do end end)")]
    [InlineData("local t = setmetatable({}, {__index = function() while true do end end}) return t.x")]
    [InlineData("local t = setmetatable({}, {__newindex = function() while true do end end}) t.x = 1")]
    [InlineData("local t = setmetatable({}, {__tostring = function() while true do end end}) return tostring(t)")]
    [InlineData("local t = setmetatable({}, {__lt = function() while true do end end}) return t < t")]
    [InlineData("local t = setmetatable({}, {__concat = function() while true do end end}) return t .. t")]
    [InlineData("local t = setmetatable({}, {__len = function() while true do end end}) return table.unpack(t)")]
    [InlineData("local t <close> = setmetatable({}, {__close = function() while true do end end})")]
    [InlineData("local t <close> = setmetatable({}, {__close = function() while true do end end}) error('x')")]
    [InlineData("local function f() local t <close> = setmetatable({}, {__close = function() while true do end end}) f() end f()")]
    [InlineData("for _ in pairs(setmetatable({}, {__pairs = function() return function() return 1 end end})) do end")]
    [InlineData("for _ in ('x'):gmatch('') do while true do end end")]
    [InlineData("return json.encode(setmetatable({}, {__index = 1})), (function() while true do end end)()")]
    public void What_runs_for_ever_is_stopped(string body)
    {
        var answer = ScriptBed.Do(body, instructions: 100_000);

        Assert.StartsWith("error: test.lua:1: ", answer, StringComparison.Ordinal);
        Assert.EndsWith(Spent, answer, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limit_of_instructions_is_exact()
    {
        const string Body = "local n = 0 for i = 1, 5000 do n = n + i end return n";
        var (low, high) = (1, 1_000_000);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ScriptBed.Do(Body, middle) == "12502500" ? (low, middle) : (middle + 1, high);
        }

        Assert.InRange(low, 10_000, 20_000);
        Assert.Equal("12502500", ScriptBed.Do(Body, low));
        Assert.Matches($"^error: test.lua:[12]: ran over {low - 1} instructions$", ScriptBed.Do(Body, low - 1));
    }

    [Fact]
    public void Each_call_has_all_of_its_instructions()
    {
        using var bed = new ScriptBed("function on_message(ctx) for i = 1, 900 do end ctx.reply(1) end", instructions: 1_000);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("1", bed.Ask());
        }
    }

    [Fact]
    public void A_script_that_was_stopped_can_be_called_again()
    {
        using var bed = new ScriptBed("function on_message(ctx, msg) while msg.type == 'loop' do end ctx.reply(1) end", instructions: 10_000);

        Assert.Contains("ran over", bed.Ask(type: "loop"), StringComparison.Ordinal);
        Assert.Equal("1", bed.Ask());
    }

    [Theory]
    [InlineData("while true do end")]
    [InlineData("on_message = nil error('x')")]
    [InlineData("local t = {} for i = 1, 1e9 do t[i] = i end")]
    public void The_script_itself_has_limits_too(string source)
    {
        using var bed = new ScriptBed(source, instructions: 1_000_000, memoryBytes: 1_048_576);

        Assert.StartsWith("test.lua:", bed.Chunk!.Message, StringComparison.Ordinal);
    }

    // Each of these is much native work for an instruction; some would take hours.
    [Theory]
    [InlineData("table.move({}, 1, math.maxinteger - 1, 2)")]
    [InlineData("table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 1)")]
    [InlineData("table.remove(setmetatable({}, {__len = function() return 1 << 60 end}), 1)")]
    [InlineData("table.sort(setmetatable({}, {__len = function() return 1 << 30 end, __index = function() return 1 end}))")]
    [InlineData("table.concat(setmetatable({}, {__len = function() return 1 << 40 end, __index = function() return '' end}))")]
    [InlineData("table.concat(setmetatable({}, {__index = getmetatable, __metatable = ''}), '', 1, 1 << 27)")]
    [InlineData("table.sort(setmetatable({}, {__len = function() return 1 << 22 end, __index = getmetatable, __metatable = '', __newindex = type}), math.type)")]
    [InlineData("table.move(setmetatable({}, {__index = function() return 1 end}), 1, 1 << 40, 1, setmetatable({}, {__newindex = function() end}))")]
    [InlineData("(''):rep(math.maxinteger)(1)")]
    [InlineData("('a'):rep(100000):find(('a*'):rep(30) .. 'b')")]
    [InlineData("('a'):rep(30):find(('a?'):rep(30) .. ('a'):rep(31))")]
    [InlineData("('a'):rep(100000):match('.-.-.-.-b')")]
    [InlineData("('('):rep(100000):find('%b()%b()')  while true do ('('):rep(100000):find('%b()x') end")]
    [InlineData("for _ in ('a'):rep(100000):gmatch('a*a*a*a*b') do end")]
    [InlineData("('a'):rep(100000):gsub('a*a*a*a*b', '')")]
    [InlineData("('a'):rep(100000):gsub('a*a*a*a*b', {})")]
    [InlineData("('a'):rep(100000):find('[' .. ('b'):rep(100000) .. ']')")]
    [InlineData("local s = ('a'):rep(200000) while true do s:find(s:sub(1, 1000) .. 'b' .. s:sub(1, 1000), 1, true) end")]
    public void Native_work_is_bounded(string body)
    {
        var answer = ScriptBed.Do(body, instructions: 100_000, timeoutMs: 2_000);

        Assert.StartsWith("error: test.lua", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local s = ('x'):rep(200000) while true do local t = s .. '1' end")]
    [InlineData("local a, b = ('x'):rep(200000), ('x'):rep(200000) .. 'y' while true do local t = a < b end")]
    [InlineData("local t = {} for i = 1, 20000 do t[i] = i end for i = 1, 20000 do t[i] = nil end while true do next(t) end")]
    public void Slow_instructions_end_with_the_time(string body)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = ScriptBed.Do(body, instructions: 1_000_000_000, memoryBytes: 1_048_576, timeoutMs: 300);

        Assert.Matches("^error: test.lua(:1)?: (ran longer than 300 ms|took more than 16777216 bytes of memory in one call, though it gave them back)$", answer);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("local t = {} while true do t[#t + 1] = {} end")]
    [InlineData("local t = {} while true do t[#t + 1] = #t .. 'x' end")]
    [InlineData("local s = 'x' while true do s = s .. s end")]
    [InlineData("local t = {} for i = 1, 1e9 do t[i] = i end")]
    [InlineData("local s = ('x'):rep(1000000) local t = {} for i = 1, 100 do t[i] = s end return table.concat(t)")]
    [InlineData("local s = ('x'):rep(1000) return s:gsub('x', s .. s .. s)")]
    [InlineData("return ('%s%s%s'):format(('x'):rep(400000), ('x'):rep(400000), ('x'):rep(400000))")]
    [InlineData("while true do pcall(function() local t = {} while true do t[#t + 1] = {} end end) end")]
    [InlineData("pcall(function() local s = 'x' while true do s = s .. s end end) return 1")]
    [InlineData("local t = {} for i = 1, 1000 do t[i] = function() return t, i end end local f f = function(...) return f(1, ...) end return f()")]
    [InlineData("return json.decode(('['):rep(50) .. (']'):rep(50)) , json.decode('[' .. ('[],'):rep(100000) .. '1]')")]
    public void Memory_is_bounded(string body)
    {
        var answer = ScriptBed.Do(body, instructions: 100_000_000, memoryBytes: 1_048_576);

        Assert.StartsWith("error: test.lua", answer, StringComparison.Ordinal);
        Assert.EndsWith(TooMuch, answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_grows_too_large_is_found_at_its_line()
    {
        var answer = ScriptBed.Do("\nlocal t = {}\nwhile true do\n  t[#t + 1] = {}\nend", instructions: 100_000_000, memoryBytes: 1_048_576);

        Assert.Matches($"^error: test.lua:[34]: {TooMuch}$", answer);
    }

    [Fact]
    public void What_a_script_no_longer_holds_is_no_more_counted()
    {
        using var bed = new ScriptBed("function on_message(ctx) for i = 1, 20 do t = {} for i = 1, 10000 do t[i] = {} end end t = nil ctx.reply(1) end", instructions: 10_000_000, memoryBytes: 2_097_152);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("1", bed.Ask());
        }
    }

    [Fact]
    public void What_rooms_hold_counts_together()
    {
        using var bed = new ScriptBed("function on_message(ctx) ctx.state.t = ('x'):rep(150000) .. ('y'):rep(100000) ctx.reply(1) end", memoryBytes: 1_048_576);
        var answers = Enumerable.Range(0, 4).Select(i =>
        {
            var room = bed.Lua.CreateRoom();
            Assert.Null(bed.Lua.RunChunk(room));
            return bed.Ask(out ScriptCall _, room: room);
        }).ToArray();

        Assert.Equal(["1", "1", "1"], answers[..3]);
        Assert.EndsWith(TooMuch, answers[3], StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_for_which_there_is_no_memory_is_refused()
    {
        using var bed = new ScriptBed("t = {} for i = 1, 10 do t[i] = ('x'):rep(90000) .. i end function on_message(ctx) ctx.reply(1) end", memoryBytes: 1_048_576);

        var answer = bed.Ask($"[{string.Join(',', Enumerable.Repeat("[]", 20_000))}]");

        Assert.Contains("too much memory for the message", answer, StringComparison.Ordinal);
        Assert.Equal("1", bed.Ask("[]"));
    }

    [Theory]
    [InlineData("local function f() return 1 + f() end return f()")]
    [InlineData("local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k + 1] end return t[1]")]
    [InlineData("local function f() return pcall(f) end return f()")]
    [InlineData("local f f = function() return table.sort({1, 2, 3}, f) end return f()")]
    [InlineData("local f f = function() return ('x'):gsub('x', f) end return f()")]
    [InlineData("return tostring(setmetatable({}, {__tostring = function(t) return tostring(t) end}))")]
    [InlineData("local t = setmetatable({}, {__close = function() error('a') end}) local function f(n) local x <close> = t if n > 0 then f(n - 1) end end f(150) ")]
    [InlineData("xpcall(function() error('x') end, function(e) error(e) end) error('done')")]
    public void Deep_recursion_ends_as_an_error(string body)
    {
        // Some are held back by a pcall of their own: what counts is that they end and that the state lives.
        using var bed = new ScriptBed(
            $"local function f() {body}\nend function on_message(ctx, msg) if msg.type == 'ping' then return ctx.reply('pong') end f() ctx.reply('over') end", 50_000_000, 33_554_432, 2_000);

        Assert.Matches("^(error: test.lua|\"over\")", bed.Ask());
        Assert.Equal("\"pong\"", bed.Ask(type: "ping"));
    }

    [Fact]
    public void So_many_effects_and_no_more()
    {
        Assert.Equal("1", Effects("publish('x', 1)", 64));
        Assert.StartsWith("error: test.lua:1: one call may publish 64 messages", Effects("publish('x', 1)", 65), StringComparison.Ordinal);
        Assert.Equal("1", Effects("kick('user:bob')", 64));
        Assert.StartsWith("error: ", Effects("kick('user:bob')", 65), StringComparison.Ordinal);
        Assert.Equal("1", Effects("join('match:8') ctx.leave('match:7')", 32));
        Assert.StartsWith("error: ", Effects("join('match:8') ctx.leave('match:7')", 33), StringComparison.Ordinal);
        Assert.Equal("1", Effects("publish('x', ('y'):rep(65000))", 4));
        Assert.StartsWith("error: test.lua:1: one call may publish 262144 bytes", Effects("publish('x', ('y'):rep(65000))", 5), StringComparison.Ordinal);

        static string Effects(string effect, int times)
        {
            using var bed = new ScriptBed($"function on_message(ctx) for i = 1, {times} do ctx.{effect} end ctx.reply(1) end");
            return bed.Ask();
        }
    }

    [Fact]
    public void What_clients_get_has_a_length()
    {
        Assert.Equal(65_000, ScriptBed.Evaluate("('x'):rep(64998)").Length);
        Assert.Equal("error: test.lua:1: the value is longer than 65000 bytes as JSON", ScriptBed.Evaluate("('x'):rep(64999)"));
    }

    [Fact]
    public void So_many_lines_are_logged_and_no_more()
    {
        using var bed = new ScriptBed("function on_message(ctx) for i = 1, 100 do log(i, ('x'):rep(10000)) end end");
        bed.Ask();

        Assert.Equal(16, bed.Logged.Count);
        Assert.All(bed.Logged, line => Assert.Equal(1_024, line.Length));
    }

    [Fact]
    public void The_sandbox_itself_is_not_counted()
    {
        using var bed = new ScriptBed("function on_message(ctx) ctx.reply(1) end", memoryBytes: 65_536);

        Assert.Equal("1", bed.Ask());
        Assert.InRange(bed.Used, 1, 20_000);
    }

    [Fact]
    public void States_of_one_script_share_its_memory()
    {
        using var bed = new ScriptBed("t = ('x'):rep(700000) function on_message(ctx) ctx.reply(1) end", memoryBytes: 1_048_576);
        using var other = new LuaState(bed.Lua.Program);

        Assert.EndsWith(TooMuch, other.RunChunk(other.CreateRoom())!.Message, StringComparison.Ordinal);
    }
}
