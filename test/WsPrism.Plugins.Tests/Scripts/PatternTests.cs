using System.Text;

namespace WsPrism.Plugins.Tests.Scripts;

/// <summary>The sandbox's patterns beside the library's own, which are the oracle.</summary>
public sealed class PatternTests
{
    private static readonly string[] Texts =
    [
        "", "a", "hello world", "  trim me  ", "key = value", "THE (quick) fox", "a.b-c+d*e?f[g]h^i$j%k", "f(a(b)c)d", "((unbalanced)", "2026-11-21", "x=1, y=-22, z=3.5",
        "aaaaab", "abcabcabc", "\0a\0b", "héllo wörld", "tab\there\nand there", "[[nested]]", "%d%d", "AAbbCC11", "...---...",
    ];

    private static readonly string[] Patterns =
    [
        "", "a", ".", ".*", ".-", ".+", "a*", "a+", "a-", "a?", "^a", "a$", "^$", "^", "$", "%a+", "%d+", "%s*", "%S+", "%w+", "%W", "%p", "%P+", "%u%l*", "%x+", "%c", "%C", "%g+", "%G",
        "[abc]", "[^abc]+", "[a-c]+", "[%a_][%w_]*", "[]]", "[^]]", "[]a]+", "[a-]", "[-a]", "[%-]", "[a%]b]+", "[%w%s]+", "[^%s]+", "[\\0]", "()", "(a)", "(a*)(b*)", "()a()", "((a)(b))", "(.)(.)",
        "(%w+)%s*=%s*(%w+)", "^%s*(.-)%s*$", "(%d+)-(%d+)-(%d+)", "%b()", "%b[]", "%f[%w]%w+", "%f[%a]", "%f[^%w]", "(.)%1", "(a)(b)%2%1", "%1", "(%1)", "(a", "a)", "[a", "[", "[^", "[]", "[^]", "%", "%b",
        "%bx", "%f", "%fa", "a%", "(()", "([^,]*),?", "^(%S+)%s", "x*y*z*", "(a?)(b?)(c?)", "a.-b", "a.-c$", "%%", "%.", "[%%.]", "h.llo", "(h)(e)(l)(l)(o)", "[a-z]-$", "-", "--", "^^", "$$", "*", "+", "?",
        "a**", "%z", "[[:alpha:]]", "[a-a]", "[b-a]", "[%a-z]", "[a-%d]", "^(a)", "(^a)", "(a$)", "$a", "a^", "%Z", "%Bx", "%y",
    ];

    [Fact]
    public void Find_match_and_gmatch_are_the_librarys() => Compare((text, pattern) =>
        $"local r = {{}} for _, f in ipairs {{'find', 'match'}} do for _, init in ipairs {{1, 2, -1, -100, 100, 0}} do r[#r + 1] = show(pcall(string[f], {text}, {pattern}, init)) end end "
        + $"r[#r + 1] = show(pcall(string.find, {text}, {pattern}, 1, true)) "
        + $"local ok, e = pcall(function() local n = 0 for a, b in string.gmatch({text}, {pattern}) do r[#r + 1] = show(a, b) n = n + 1 if n > 99 then break end end end) "
        + $"r[#r + 1] = show(ok, e) r[#r + 1] = show(pcall(function() local a = {{}} for x in string.gmatch({text}, {pattern}, -3) do a[#a + 1] = x if #a > 99 then break end end return table.unpack(a) end)) return table.concat(r, '|')");

    [Fact]
    public void Gsub_is_the_librarys() => Compare((text, pattern) =>
        "local r = {} for _, repl in ipairs { 'x', '', '<%0>', '%1', '%2', '%%', '%', '%a', 5, {a = 'A', b = false, hello = 1}, "
        + "function(...) return select('#', ...) end, function(a) return a end, function() end, function() return false end, function() return {} end } do "
        + $"r[#r + 1] = show(pcall(string.gsub, {text}, {pattern}, repl)) r[#r + 1] = show(pcall(string.gsub, {text}, {pattern}, repl, 2)) end "
        + $"r[#r + 1] = show(pcall(string.gsub, {text}, {pattern}, 'x', 0)) r[#r + 1] = show(pcall(string.gsub, {text}, {pattern}, 'x', -1)) return table.concat(r, '|')");

    [Theory]
    [InlineData("('a'):rep(300):match(('a?'):rep(198))")]
    [InlineData("('a'):rep(300):match(('a?'):rep(199))")]
    [InlineData("('a'):rep(300):match(('a?'):rep(200))")]
    [InlineData("('a'):rep(300):match(('a?'):rep(201))")]
    [InlineData("('a'):rep(40):match(('(a)'):rep(32))")]
    [InlineData("('a'):rep(40):match(('(a)'):rep(33))")]
    [InlineData("('a'):rep(40):find(('()'):rep(33))")]
    [InlineData("string.rep(123, 2):find(2)")]
    [InlineData("string.find(1234, 3)")]
    [InlineData("string.gsub(1234, 3, 9)")]
    [InlineData("string.gsub('abc', '%w', '%0%0', 2)")]
    [InlineData("string.gsub('abc', '%w', '%1')")]
    [InlineData("string.gsub('hello', '', '-')")]
    [InlineData("string.rep('ab', 3, ',')")]
    [InlineData("string.rep('ab', 0)")]
    [InlineData("string.rep('ab', -1)")]
    [InlineData("string.rep('', 100)")]
    [InlineData("string.rep(5, 3)")]
    [InlineData("table.concat({1, 2, 3}, ', ')")]
    [InlineData("table.concat(setmetatable({}, {__index = function(_, k) return k end, __len = function() return 3 end}), ', ')")]
    [InlineData("table.concat(setmetatable({1, 2, 3}, {}), ', ', 2, 3)")]
    [InlineData("(function() local t = {1, 2, 3} table.insert(t, 2, 9) table.insert(t, 7) return table.concat(t, ',') end)()")]
    [InlineData("(function() local t = {1, 2, 3} return table.remove(t, 1), table.remove(t), #t, table.remove(t, 2), table.remove(t, 1), table.remove(t), #t end)()")]
    [InlineData("(function() local t = {5, 2, 8, 1} table.sort(t) local a = table.concat(t, ',') table.sort(t, function(x, y) return x > y end) return a, table.concat(t, ',') end)()")]
    [InlineData("table.concat(table.move({1, 2, 3}, 2, 3, 1), ',')")]
    [InlineData("table.concat(table.move({1, 2, 3}, 1, 3, 2, {}), ',', 2)")]
    [InlineData("table.unpack({1, 2, 3}, 2)")]
    [InlineData("select('#', table.unpack({}, 1, 3))")]
    [InlineData("pcall(xpcall, error, function(e) return 'h' .. tostring(e) end, 'x')")]
    [InlineData("xpcall(function(...) return select('#', ...) end, print, 1, 2, 3)")]
    public void The_rest_of_what_is_made_here_is_the_librarys_too(string expression)
    {
        using var oracle = new Oracle();
        // Not as a tail call, which would take the line from the error.
        var body = $"return show(pcall(function() local r = table.pack({expression}) return table.unpack(r, 1, r.n) end))";
        Assert.Equal(oracle.Do(body), Sandbox(body));
    }

    private static void Compare(Func<string, string, string> script)
    {
        using var oracle = new Oracle();
        var wrong = new List<string>();
        foreach (var pattern in Patterns)
        {
            // One call for all texts: much faster than a state for each.
            var body = "local all = {} " + string.Concat(Texts.Select(text => $"all[#all + 1] = (function() {script(Quote(text), Quote(pattern))} end)() ")) + "return table.concat(all, '\\n')";
            var (expected, actual) = (oracle.Do(body).Split("\n"), Sandbox(body).Split("\n"));
            for (var i = 0; i < Math.Max(expected.Length, actual.Length); i++)
            {
                if (expected.ElementAtOrDefault(i) != actual.ElementAtOrDefault(i))
                {
                    wrong.Add($"'{pattern}':\n  {expected.ElementAtOrDefault(i)}\n  {actual.ElementAtOrDefault(i)}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count}: {string.Join('\n', wrong.Take(12))}");
    }

    private static string Quote(string text) => $"'{string.Concat(Encoding.UTF8.GetBytes(text).Select(b => $"\\{b:D3}"))}'";

    // Messages with their position and the function's name taken off, since wrappers of Lua stand before some.
    private const string Show = """
        local function show(...)
          local r = table.pack(...)
          for i = 1, r.n do
            local v = tostring(r[i]):gsub('\0', '\\0'):gsub('\n', '\\n'):gsub('[\128-\255]', function(c) return '\\' .. c:byte() end)
            if r[1] == false then v = v:gsub('^.-:%d+: ', ''):gsub(' in replacement string', ''):gsub(' in pattern', '') end
            r[i] = v
          end
          return table.concat(r, ',', 1, r.n)
        end

        """;

    private static string Sandbox(string body)
    {
        using var bed = new ScriptBed($"{Show} function on_message(ctx) ctx.state.r = (function() {body} end)() ctx.state.r = json.encode({{ctx.state.r}}) ctx.state = nil end", 100_000_000, 67_108_864);
        var answer = bed.Ask();
        Assert.Equal("accepted", answer);
        var state = bed.Lua.ExportState(bed.Room, 10_000_000)!;
        var inner = System.Text.Json.JsonDocument.Parse(state).RootElement.GetProperty("r").GetString()!;
        return System.Text.Json.JsonDocument.Parse(inner).RootElement[0].GetString()!;
    }

    private sealed class Oracle : IDisposable
    {
        private readonly KeraLua.Lua _lua = new();

        public string Do(string body)
        {
            if (_lua.DoString($"{Show} {body}"))
            {
                throw new InvalidOperationException(_lua.ToString(-1));
            }

            var answer = _lua.ToString(-1);
            _lua.SetTop(0);
            return answer.Replace("[string \"?\"]", "test.lua", StringComparison.Ordinal);
        }

        public void Dispose() => _lua.Dispose();
    }
}
