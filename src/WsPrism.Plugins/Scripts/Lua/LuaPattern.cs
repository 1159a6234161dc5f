namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>
/// Lua's patterns as §6.4.1 of the reference manual describes them, matched with a bound on the work: the library's own matcher can take for ever with a pattern of
/// a few characters, in native code where nothing stops it. One attempt after the other; used on one thread.
/// </summary>
internal unsafe ref struct LuaPattern
{
    private const byte Escape = (byte)'%';
    private const int MaxCaptures = 32;

    // How deep items may nest, as in the library: what repeats or captures takes a level for all that follows it.
    private const int MaxDepth = 200;

    private const int Open = -1;
    private const int Position = -2;

    private readonly byte* _text;
    private readonly int _textEnd;
    private readonly byte* _pattern;
    private readonly int _end;
    private readonly CallMeter _meter;
    private fixed int _starts[MaxCaptures];
    private fixed int _lengths[MaxCaptures];
    private int _captures;
    private int _depth;

    public LuaPattern(byte* text, int textLength, byte* pattern, int patternLength, CallMeter meter)
    {
        _text = text;
        _textEnd = textLength;
        _pattern = pattern;
        _end = patternLength;
        _meter = meter;
    }

    /// <summary>Captures of the last match; 0 where the match itself is the only one.</summary>
    public readonly int Captures => _captures;

    /// <summary>Matches the pattern from <paramref name="at"/> of the pattern on, at one place of the text; -1 where it does not match there, or where the match ends.</summary>
    public int MatchAt(int place, int at = 0)
    {
        _captures = 0;
        _depth = 0;
        return Match(place, at);
    }

    /// <summary>A capture of the last match: where it begins and how long it is; a length of -1 for a position. The first of none is the match itself.</summary>
    public readonly (int Start, int Length) Capture(int index, int matchStart, int matchEnd)
    {
        if (index >= _captures)
        {
            return index == 0 ? (matchStart, matchEnd - matchStart) : throw new ScriptException($"invalid capture index %{index + 1}");
        }

        return _lengths[index] switch
        {
            Open => throw new ScriptException("unfinished capture"),
            Position => (_starts[index], -1),
            var length => (_starts[index], length),
        };
    }

    private int Match(int s, int p)
    {
        if (_depth++ == MaxDepth)
        {
            throw new ScriptException("pattern too complex");
        }

        var end = MatchItems(s, p);
        _depth--;
        return end;
    }

    // Item after item; only what may have to be tried again another way calls Match for all that follows.
    private int MatchItems(int s, int p)
    {
        while (true)
        {
            _meter.Spend(1);
            if (p == _end)
            {
                return s;
            }

            switch (_pattern[p])
            {
                case (byte)'(':
                    return At(p + 1) == ')' ? Begin(s, p + 2, Position) : Begin(s, p + 1, Open);
                case (byte)')':
                    return Finish(s, p + 1);
                case (byte)'$' when p + 1 == _end:
                    return s == _textEnd ? s : -1;
                case Escape when At(p + 1) is 'b':
                    s = Balance(s, p + 2);
                    p += 4;
                    break;
                case Escape when At(p + 1) is 'f':
                    (s, p) = Frontier(s, p + 2);
                    break;
                case Escape when At(p + 1) is >= '0' and <= '9':
                    s = Again(s, _pattern[p + 1]);
                    p += 2;
                    break;
                default:
                    var next = EndOfClass(p);
                    switch (At(next))
                    {
                        case '*':
                            return Longest(s, p, next, 0);
                        case '+':
                            return Longest(s, p, next, 1);
                        case '-':
                            return Shortest(s, p, next);
                        case '?':
                            if (Single(s, p, next) && Match(s + 1, next + 1) is >= 0 and var end)
                            {
                                return end;
                            }

                            p = next + 1;
                            break;
                        default:
                            s = Single(s, p, next) ? s + 1 : -1;
                            p = next;
                            break;
                    }

                    break;
            }

            if (s < 0)
            {
                return -1;
            }
        }
    }

    private int Longest(int s, int p, int next, int least)
    {
        var count = 0;
        while (Single(s + count, p, next))
        {
            count++;
        }

        _meter.Spend(count);
        for (; count >= least; count--)
        {
            if (Match(s + count, next + 1) is >= 0 and var end)
            {
                return end;
            }
        }

        return -1;
    }

    private int Shortest(int s, int p, int next)
    {
        while (true)
        {
            if (Match(s, next + 1) is >= 0 and var end)
            {
                return end;
            }

            if (!Single(s, p, next))
            {
                return -1;
            }

            s++;
        }
    }

    private int Begin(int s, int p, int length)
    {
        if (_captures >= MaxCaptures)
        {
            throw new ScriptException("too many captures");
        }

        _starts[_captures] = s;
        _lengths[_captures] = length;
        _captures++;
        var end = Match(s, p);
        if (end < 0)
        {
            _captures--;
        }

        return end;
    }

    private int Finish(int s, int p)
    {
        var index = _captures - 1;
        while (index >= 0 && _lengths[index] != Open)
        {
            index--;
        }

        if (index < 0)
        {
            throw new ScriptException("invalid pattern capture");
        }

        _lengths[index] = s - _starts[index];
        var end = Match(s, p);
        if (end < 0)
        {
            _lengths[index] = Open;
        }

        return end;
    }

    // %1: what the first capture is, once more.
    private readonly int Again(int s, byte digit)
    {
        var index = digit - '1';
        if (index < 0 || index >= _captures || _lengths[index] == Open)
        {
            throw new ScriptException($"invalid capture index %{index + 1}");
        }

        // A position is as long as no text can be.
        var length = _lengths[index] == Position ? int.MaxValue : _lengths[index];
        if (_textEnd - s < length)
        {
            return -1;
        }

        _meter.Spend(length / 16);
        return new ReadOnlySpan<byte>(_text + _starts[index], length).SequenceEqual(new ReadOnlySpan<byte>(_text + s, length)) ? s + length : -1;
    }

    // %bxy: from x to the y that closes it.
    private readonly int Balance(int s, int p)
    {
        if (p >= _end - 1)
        {
            throw new ScriptException("malformed pattern (missing arguments to '%b')");
        }

        var (open, close) = (_pattern[p], _pattern[p + 1]);
        if (s >= _textEnd || _text[s] != open)
        {
            return -1;
        }

        var depth = 1;
        for (var i = s + 1; i < _textEnd; i++)
        {
            _meter.Spend(1);
            if (_text[i] == close)
            {
                if (--depth == 0)
                {
                    return i + 1;
                }
            }
            else if (_text[i] == open)
            {
                depth++;
            }
        }

        return -1;
    }

    // %f[set]: between a byte that is not in the set and one that is; a zero stands before the beginning and behind the end.
    private readonly (int Place, int Next) Frontier(int s, int p)
    {
        if (At(p) != '[' || p >= _end)
        {
            throw new ScriptException("missing '[' after '%f' in pattern");
        }

        var next = EndOfClass(p);
        var before = s == 0 ? (byte)0 : _text[s - 1];
        var here = s < _textEnd ? _text[s] : (byte)0;
        return (!IsInSet(before, p, next - 1) && IsInSet(here, p, next - 1) ? s : -1, next);
    }

    private readonly bool Single(int s, int p, int next)
    {
        if (s >= _textEnd)
        {
            return false;
        }

        var c = _text[s];
        return _pattern[p] switch
        {
            (byte)'.' => true,
            Escape => IsOfClass(c, _pattern[p + 1]),
            (byte)'[' => IsInSet(c, p, next - 1),
            var literal => literal == c,
        };
    }

    // Where the item behind the single-character class at p begins.
    private readonly int EndOfClass(int p)
    {
        var first = _pattern[p++];
        if (first == Escape)
        {
            return p < _end ? p + 1 : throw new ScriptException("malformed pattern (ends with '%')");
        }

        if (first != '[')
        {
            return p;
        }

        var start = p;
        if (At(p) == '^')
        {
            p++;
        }

        // What comes first is of the set, a closing bracket too.
        do
        {
            if (p >= _end)
            {
                throw new ScriptException("malformed pattern (missing ']')");
            }

            if (_pattern[p++] == Escape && p < _end)
            {
                p++;
            }
        }
        while (At(p) != ']');
        _meter.Spend((p - start) / 8);
        return p + 1;
    }

    // The set from the bracket at p to that at last.
    private readonly bool IsInSet(byte c, int p, int last)
    {
        var found = true;
        if (_pattern[p + 1] == '^')
        {
            found = false;
            p++;
        }

        _meter.Spend((last - p) / 8);
        while (++p < last)
        {
            if (_pattern[p] == Escape)
            {
                if (IsOfClass(c, _pattern[++p]))
                {
                    return found;
                }
            }
            else if (_pattern[p + 1] == '-' && p + 2 < last)
            {
                p += 2;
                if (_pattern[p - 2] <= c && c <= _pattern[p])
                {
                    return found;
                }
            }
            else if (_pattern[p] == c)
            {
                return found;
            }
        }

        return !found;
    }

    private static bool IsOfClass(byte c, byte name)
    {
        var letter = (char)c;
        bool isOf;
        switch (name | 0x20)
        {
            case 'a':
                isOf = char.IsAsciiLetter(letter);
                break;
            case 'c':
                isOf = c is < 32 or 127;
                break;
            case 'd':
                isOf = char.IsAsciiDigit(letter);
                break;
            case 'g':
                isOf = c is > 32 and < 127;
                break;
            case 'l':
                isOf = char.IsAsciiLetterLower(letter);
                break;
            case 'p':
                isOf = c is > 32 and < 127 && !char.IsAsciiLetterOrDigit(letter);
                break;
            case 's':
                isOf = c is 32 or (>= 9 and <= 13);
                break;
            case 'u':
                isOf = char.IsAsciiLetterUpper(letter);
                break;
            case 'w':
                isOf = char.IsAsciiLetterOrDigit(letter);
                break;
            case 'x':
                isOf = char.IsAsciiHexDigit(letter);
                break;
            case 'z':
                // Of Lua 5.1; the library still has it.
                isOf = c == 0;
                break;
            default:
                return name == c;
        }

        if (!char.IsAsciiLetter((char)name))
        {
            return name == c;
        }

        return char.IsAsciiLetterUpper((char)name) ? !isOf : isOf;
    }

    // Behind the end stands a zero, as in the library's strings.
    private readonly int At(int p) => p < _end ? _pattern[p] : 0;
}
