using System.Buffers;
using System.Globalization;
using System.Text;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>The functions of <c>string</c> that take patterns (§6.4 of the reference manual), on <see cref="LuaPattern"/>. Each pushes nil for no problem first.</summary>
internal static unsafe class LuaStrings
{
    private const int WorkBetweenLooks = 1_048_576;

    private static readonly SearchValues<byte> Specials = SearchValues.Create("^$*+?.([%-"u8);

    /// <summary><c>find(s, pattern, init, plain)</c>.</summary>
    public static int Find(LuaState lua) => Search(lua, "find", isFind: true);

    /// <summary><c>match(s, pattern, init)</c>.</summary>
    public static int Match(LuaState lua) => Search(lua, "match", isFind: false);

    /// <summary>
    /// <c>(s, pattern, at, last, withStart, anchored)</c>: the first match from <c>at</c> on that does not end at <c>last</c>; where it ends, where it begins if
    /// that is asked for, and its captures.
    /// </summary>
    public static int FindNext(LuaState lua)
    {
        var handle = lua.Handle;
        var text = Text(lua, 1, "gmatch", out var length);
        var pattern = new LuaPattern(text, length, Text(lua, 2, "gmatch", out var patternLength), patternLength, lua.Meter);
        var place = Place(lua, 3, length, "gmatch");
        var last = LuaNative.ToInteger(handle, 4, null) - 1;
        var withStart = LuaNative.ToBoolean(handle, 5) != 0;
        var anchored = LuaNative.ToBoolean(handle, 6) != 0;
        LuaNative.PushNil(handle);
        for (; place <= length; place++)
        {
            if (pattern.MatchAt((int)place) is >= 0 and var end && end != last)
            {
                LuaNative.PushInteger(handle, end + 1);
                if (withStart)
                {
                    LuaNative.PushInteger(handle, place + 1);
                }

                return (withStart ? 3 : 2) + PushCaptures(lua, pattern, text, (int)place, end, wholeToo: true);
            }

            if (anchored)
            {
                break;
            }
        }

        return 1;
    }

    /// <summary>Whether the first two arguments of a function can be a text and a pattern.</summary>
    public static int CheckPattern(LuaState lua)
    {
        var name = Encoding.UTF8.GetString(new ReadOnlySpan<byte>(LuaNative.ToString(lua.Handle, 3, out var length), (int)length));
        Text(lua, 1, name, out _);
        Text(lua, 2, name, out _);
        LuaNative.PushNil(lua.Handle);
        return 1;
    }

    /// <summary><c>gsub(s, pattern, replacement, max)</c> with a text as replacement.</summary>
    public static int Replace(LuaState lua)
    {
        var handle = lua.Handle;
        var text = Text(lua, 1, "gsub", out var length);
        var patternText = Text(lua, 2, "gsub", out var patternLength);
        var replacement = new ReadOnlySpan<byte>(Text(lua, 3, "gsub", out var replacementLength), replacementLength);
        var max = LuaNative.TypeOf(handle, 4) <= LuaNative.TypeNil ? length + 1L : Integer(lua, 4, "gsub");
        var anchor = patternLength > 0 && patternText[0] == '^' ? 1 : 0;
        var pattern = new LuaPattern(text, length, patternText, patternLength, lua.Meter);
        var result = new ArrayBufferWriter<byte>(Math.Max(length, 16));
        var (place, last, count) = (0, -1, 0L);
        while (count < max)
        {
            var end = pattern.MatchAt(place, anchor);
            if (end >= 0 && end != last)
            {
                count++;
                AddReplacement(lua, result, pattern, text, replacement, place, end);
                place = last = end;
            }
            else if (place < length)
            {
                result.Write(new ReadOnlySpan<byte>(text + place++, 1));
            }
            else
            {
                break;
            }

            if (anchor != 0)
            {
                break;
            }
        }

        LuaNative.PushNil(handle);
        if (count == 0)
        {
            LuaNative.PushValue(handle, 1);
        }
        else
        {
            result.Write(new ReadOnlySpan<byte>(text + place, length - place));
            lua.Demand(result.WrittenCount);
            lua.PushText(result.WrittenSpan);
        }

        LuaNative.PushInteger(handle, count);
        return 3;
    }

    private static int Search(LuaState lua, string name, bool isFind)
    {
        var handle = lua.Handle;
        var text = Text(lua, 1, name, out var length);
        var patternText = Text(lua, 2, name, out var patternLength);
        var place = Place(lua, 3, length, name);
        LuaNative.PushNil(handle);
        if (place > length)
        {
            LuaNative.PushNil(handle);
            return 2;
        }

        if (isFind && (LuaNative.ToBoolean(handle, 4) != 0 || new ReadOnlySpan<byte>(patternText, patternLength).IndexOfAny(Specials) < 0))
        {
            return FindPlain(lua, new ReadOnlySpan<byte>(text, length), new ReadOnlySpan<byte>(patternText, patternLength), (int)place);
        }

        var anchor = patternLength > 0 && patternText[0] == '^' ? 1 : 0;
        var pattern = new LuaPattern(text, length, patternText, patternLength, lua.Meter);
        for (; place <= length; place++)
        {
            if (pattern.MatchAt((int)place, anchor) is >= 0 and var end)
            {
                if (!isFind)
                {
                    return 1 + PushCaptures(lua, pattern, text, (int)place, end, wholeToo: true);
                }

                LuaNative.PushInteger(handle, place + 1);
                LuaNative.PushInteger(handle, end);
                return 3 + PushCaptures(lua, pattern, text, (int)place, end, wholeToo: false);
            }

            if (anchor != 0)
            {
                break;
            }
        }

        LuaNative.PushNil(handle);
        return 2;
    }

    private static int FindPlain(LuaState lua, ReadOnlySpan<byte> text, ReadOnlySpan<byte> what, int place)
    {
        // A search may compare each place with all of what is sought: so many places at a time that the clock is looked at in between.
        var stride = Math.Max(1, WorkBetweenLooks / Math.Max(what.Length, 1));
        var at = -1;
        for (; at < 0 && place <= text.Length - what.Length; place += at < 0 ? stride : 0)
        {
            var window = text.Slice(place, (int)Math.Min(text.Length - place, (long)stride + what.Length));
            lua.Meter.Spend(1 + (window.Length / 16));
            lua.Meter.LookAtClock();
            at = window.IndexOf(what);
        }

        if (at < 0)
        {
            LuaNative.PushNil(lua.Handle);
            return 2;
        }

        LuaNative.PushInteger(lua.Handle, place + at + 1);
        LuaNative.PushInteger(lua.Handle, place + at + what.Length);
        return 3;
    }

    private static int PushCaptures(LuaState lua, in LuaPattern pattern, byte* text, int start, int end, bool wholeToo)
    {
        var count = pattern.Captures == 0 && wholeToo ? 1 : pattern.Captures;
        for (var i = 0; i < count; i++)
        {
            var (at, length) = pattern.Capture(i, start, end);
            if (length < 0)
            {
                LuaNative.PushInteger(lua.Handle, at + 1);
            }
            else
            {
                lua.Demand(length);
                LuaNative.PushString(lua.Handle, text + at, (nuint)length);
            }
        }

        return count;
    }

    private static void AddReplacement(LuaState lua, ArrayBufferWriter<byte> result, in LuaPattern pattern, byte* text, ReadOnlySpan<byte> replacement, int start, int end)
    {
        while (true)
        {
            var plain = replacement.IndexOf((byte)'%');
            Write(plain < 0 ? replacement : replacement[..plain]);
            if (plain < 0)
            {
                return;
            }

            var what = plain + 1 < replacement.Length ? replacement[plain + 1] : (byte)0;
            replacement = replacement[Math.Min(plain + 2, replacement.Length)..];
            if (what == '%')
            {
                Write("%"u8);
            }
            else if (what == '0')
            {
                Write(new ReadOnlySpan<byte>(text + start, end - start));
            }
            else if (what is >= (byte)'1' and <= (byte)'9')
            {
                var (at, length) = pattern.Capture(what - '1', start, end);
                Write(length < 0 ? Encoding.ASCII.GetBytes((at + 1).ToString(CultureInfo.InvariantCulture)) : new ReadOnlySpan<byte>(text + at, length));
            }
            else
            {
                throw new ScriptException("invalid use of '%' in replacement string");
            }
        }

        void Write(ReadOnlySpan<byte> bytes)
        {
            lua.Meter.Spend(1 + (bytes.Length / 16));
            if (result.WrittenCount + bytes.Length > lua.Program.MemoryBytes)
            {
                throw new ScriptStoppedException(LuaStop.Memory);
            }

            result.Write(bytes);
        }
    }

    // Numbers are texts too, and become ones where they lie.
    private static byte* Text(LuaState lua, int index, string function, out int length)
    {
        if (LuaNative.TypeOf(lua.Handle, index) is not (LuaNative.TypeString or LuaNative.TypeNumber))
        {
            throw new ScriptException($"bad argument #{index} to '{function}' (string expected)");
        }

        var text = LuaNative.ToString(lua.Handle, index, out var size);
        length = checked((int)size);
        return text;
    }

    private static long Integer(LuaState lua, int index, string function)
    {
        int isInteger;
        var value = LuaNative.ToInteger(lua.Handle, index, &isInteger);
        return isInteger != 0 ? value : throw new ScriptException($"bad argument #{index} to '{function}' (integer expected)");
    }

    // Where to begin, from 0: a negative one counts from the end, and what lies before the beginning is the beginning.
    private static long Place(LuaState lua, int index, int length, string function)
    {
        if (LuaNative.TypeOf(lua.Handle, index) <= LuaNative.TypeNil)
        {
            return 0;
        }

        return Integer(lua, index, function) switch
        {
            > 0 and var place => place - 1,
            < 0 and var place when place >= -length => length + place,
            _ => 0,
        };
    }
}
