using System.Buffers;
using System.Text;
using WsPrism.Plugins.Scripts;
using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Matches a text with a pattern, which are the two halves of the input. The oracle is the library's own matcher, asked only where ours was done within few steps:
/// it cannot be stopped.
/// </summary>
#pragma warning disable CA1001 // It lives as long as the process.
internal sealed unsafe class LuaPatternTarget : IFuzzTarget
#pragma warning restore CA1001
{
    private const int MaxSteps = 20_000;

    private static readonly SearchValues<byte> Specials = SearchValues.Create("^$*+?.([%-"u8);

    private readonly KeraLua.Lua _oracle = new();
    private readonly CallMeter _meter = new();

    public string Name => "lua-pattern";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[] { "%a+\nhello", "(%w+)=(%w+)\nkey=value", "%b()\nf(a(b)c)", "%f[%w]%w+\na word", "(a*)(.-)%1$\naaxaa", "[^%s%-]-x?\nab-x", "()(.)%2()\nhello", "^%s*(.-)%s*$\n  x " }.Select(Encoding.ASCII.GetBytes),
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
        [.. new[] { "%a", "%b()", "%f[", "[^", "]", "(", ")", "()", "*", "+", "-", "?", "^", "$", "%1", "%%", "a-z", "\n" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        var cut = input.IndexOf((byte)'\n');
        if (cut < 0)
        {
            return;
        }

        var (pattern, text) = (input[..cut].ToArray(), input[(cut + 1)..].ToArray());
        if (pattern.AsSpan().IndexOfAny(Specials) < 0)
        {
            // The library's find does not take it for a pattern at all.
            return;
        }

        if (Match(text, pattern) is { } ours)
        {
            var theirs = Ask(text, pattern);
            BrokenInvariantException.ThrowIfNot(ours == theirs, $"ours is {ours}, the library's {theirs}");
        }
    }

    // Null where it took more steps than it may.
    private string? Match(byte[] text, byte[] pattern)
    {
        _meter.Begin(MaxSteps, TimeSpan.FromMinutes(1));
        try
        {
            fixed (byte* t = text, p = pattern)
            {
                var anchor = pattern.Length > 0 && pattern[0] == '^' ? 1 : 0;
                var matcher = new LuaPattern(t, text.Length, p, pattern.Length, _meter);
                for (var place = 0; place <= text.Length; place++)
                {
                    if (matcher.MatchAt(place, anchor) is >= 0 and var end)
                    {
                        var parts = new List<string> { $"{place + 1}", $"{end}" };
                        for (var i = 0; i < matcher.Captures; i++)
                        {
                            var (start, length) = matcher.Capture(i, place, end);
                            parts.Add(length < 0 ? $"{start + 1}" : Convert.ToHexStringLower(text.AsSpan(start, length)));
                        }

                        return string.Join(',', parts);
                    }

                    if (anchor != 0)
                    {
                        break;
                    }
                }
            }

            return "none";
        }
        catch (ScriptException)
        {
            return "error";
        }
        catch (ScriptStoppedException)
        {
            return null;
        }
    }

    private string Ask(byte[] text, byte[] pattern)
    {
        const string Script = """
            local ok, r = pcall(function(...)
              local r = table.pack(string.find(...))
              for i = 3, r.n do r[i] = type(r[i]) == 'number' and r[i] or r[i]:gsub('.', function(c) return ('%02x'):format(c:byte()) end) end
              return r[1] and table.concat(r, ',', 1, r.n) or 'none'
            end, ...)
            return ok and r or 'error'
            """;
        _oracle.SetTop(0);
        if (_oracle.LoadString(Script) != KeraLua.LuaStatus.OK)
        {
            throw new InvalidOperationException(_oracle.ToString(-1));
        }

        _oracle.PushBuffer(text);
        _oracle.PushBuffer(pattern);

        // Without specials the library looks for the text, and so does the pattern.
        return _oracle.PCall(2, 1, 0) == KeraLua.LuaStatus.OK ? _oracle.ToString(-1) : throw new InvalidOperationException(_oracle.ToString(-1));
    }
}
