using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Protocol.Ext;

namespace WsPrism.Plugins.Scripts.Lua;

/// <summary>
/// JSON into Lua's values and back. <c>null</c> is a value of its own, since a table cannot hold nil; tables of arrays carry a metatable, since an empty table
/// could be either. Runs while nothing is refused: what is pushed is measured here.
/// </summary>
internal static unsafe class LuaValues
{
    /// <summary>The deepest nesting of what scripts give away: one level less than an envelope, which stands around it.</summary>
    public const int MaxDepth = EnvelopeRules.MaxDepth - 1;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>What a call knows of whoever caused it, as <c>ctx</c>.</summary>
    public static void PushContext(LuaState lua, LuaRoom room, ScriptCall call)
    {
        LuaNative.CreateTable(lua.Handle, 0, 9);
        SetText(lua, "tenant"u8, call.Tenant);
        SetText(lua, "service"u8, call.Service);
        SetText(lua, "room"u8, call.Room);
        if (call.Sender is { } sender)
        {
            SetText(lua, "user"u8, sender.User);
            SetText(lua, "session"u8, sender.Session);
            lua.PushText("handle"u8);
            LuaNative.PushInteger(lua.Handle, sender.Handle);
            LuaNative.RawSet(lua.Handle, -3);
        }

        SetJson(lua, "session_state"u8, call.Message?.SessionState ?? default);
        lua.PushText("state"u8);
        _ = LuaNative.RawGet(lua.Handle, LuaNative.RegistryIndex, room.State);
        LuaNative.RawSet(lua.Handle, -3);
        lua.PushContextMetatable();
        _ = LuaNative.SetMetatable(lua.Handle, -2);
    }

    /// <summary>The message as <c>msg</c>.</summary>
    public static void PushMessage(LuaState lua, ScriptMessage message)
    {
        LuaNative.CreateTable(lua.Handle, 0, 3);
        lua.PushText("type"u8);
        lua.PushText(message.Type);
        LuaNative.RawSet(lua.Handle, -3);
        SetJson(lua, "data"u8, message.Data);
        SetJson(lua, "id"u8, message.Id);
    }

    /// <summary>Pushes a well-formed JSON value.</summary>
    public static void PushJson(LuaState lua, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        reader.Read();
        Push(lua, ref reader);
    }

    /// <summary>Pushes the JSON value of a script's own text; throws where it is none.</summary>
    public static void PushText(LuaState lua, ReadOnlySpan<byte> json)
    {
        var top = LuaNative.GetTop(lua.Handle);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
            reader.Read();
            Push(lua, ref reader);
            if (Utf8.IsValid(json) && !reader.Read())
            {
                return;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
        }

        LuaNative.SetTop(lua.Handle, top);
        throw new ScriptException("the text is not JSON, or deeper than 64 levels");
    }

    /// <summary>The value at an index as JSON of at most so many bytes and levels; throws where it cannot be written.</summary>
    public static byte[] ToJson(LuaState lua, int index, int maxBytes, int maxDepth)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Compact);
        Write(lua, json, index, maxBytes, maxDepth);
        json.Flush();
        return buffer.WrittenCount <= maxBytes ? buffer.WrittenSpan.ToArray() : throw TooLong(maxBytes);
    }

    private static void SetText(LuaState lua, ReadOnlySpan<byte> field, string? text)
    {
        if (text is not null)
        {
            lua.PushText(field);
            lua.PushText(text);
            LuaNative.RawSet(lua.Handle, -3);
        }
    }

    private static void SetJson(LuaState lua, ReadOnlySpan<byte> field, ReadOnlyMemory<byte> json)
    {
        if (!json.IsEmpty)
        {
            lua.PushText(field);
            PushJson(lua, json.Span);
            LuaNative.RawSet(lua.Handle, -3);
        }
    }

    private static void Push(LuaState lua, ref Utf8JsonReader reader)
    {
        lua.Meter.Spend(1);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                PushObject(lua, ref reader);
                break;
            case JsonTokenType.StartArray:
                PushArray(lua, ref reader);
                break;
            case JsonTokenType.String:
                PushString(lua, ref reader);
                break;
            case JsonTokenType.Number:
                PushNumber(lua, ref reader);
                break;
            case JsonTokenType.Null:
                LuaNative.PushPointer(lua.Handle, 0);
                break;
            default:
                LuaNative.PushBoolean(lua.Handle, reader.TokenType == JsonTokenType.True ? 1 : 0);
                break;
        }
    }

    private static void PushObject(LuaState lua, ref Utf8JsonReader reader)
    {
        lua.Demand();
        LuaNative.CreateTable(lua.Handle, 0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            PushString(lua, ref reader);
            reader.Read();
            Push(lua, ref reader);
            LuaNative.RawSet(lua.Handle, -3);
        }
    }

    private static void PushArray(LuaState lua, ref Utf8JsonReader reader)
    {
        lua.Demand();
        LuaNative.CreateTable(lua.Handle, 0, 0);
        lua.PushArrayMetatable();
        _ = LuaNative.SetMetatable(lua.Handle, -2);
        for (var i = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            Push(lua, ref reader);
            LuaNative.RawSet(lua.Handle, -2, i);
        }
    }

    private static void PushString(LuaState lua, ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            lua.Demand(reader.ValueSpan.Length);
            lua.PushText(reader.ValueSpan);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            lua.Demand(reader.ValueSpan.Length);
            lua.PushText(rented.AsSpan(0, reader.CopyString(rented)));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which UTF-8 has no bytes for.
            lua.PushText("\uFFFD"u8);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void PushNumber(LuaState lua, ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer))
        {
            LuaNative.PushInteger(lua.Handle, integer);
        }
        else
        {
            LuaNative.PushNumber(lua.Handle, reader.TryGetDouble(out var number) ? number : double.NaN);
        }
    }

    private static void Write(LuaState lua, Utf8JsonWriter json, int index, int maxBytes, int depth)
    {
        lua.Meter.Spend(1);
        if (json.BytesCommitted + json.BytesPending > maxBytes)
        {
            throw TooLong(maxBytes);
        }

        var handle = lua.Handle;
        switch (LuaNative.TypeOf(handle, index))
        {
            case LuaNative.TypeTable:
                WriteTable(lua, json, index, maxBytes, depth);
                break;
            case LuaNative.TypeString:
                json.WriteStringValue(TextAt(lua, index, maxBytes));
                break;
            case LuaNative.TypeNumber when LuaNative.IsInteger(handle, index) != 0:
                json.WriteNumberValue(LuaNative.ToInteger(handle, index, null));
                break;
            case LuaNative.TypeNumber:
                var number = LuaNative.ToNumber(handle, index, null);
                json.WriteNumberValue(double.IsFinite(number) ? number : throw new ScriptException("JSON has no number for infinity and for what is not a number"));
                break;
            case LuaNative.TypeBoolean:
                json.WriteBooleanValue(LuaNative.ToBoolean(handle, index) != 0);
                break;
            case LuaNative.TypeNil:
            case LuaNative.TypeLightUserData when LuaNative.ToUserData(handle, index) == 0:
                json.WriteNullValue();
                break;
            default:
                throw new ScriptException("only tables, strings, numbers, booleans and null can be JSON");
        }
    }

    private static void WriteTable(LuaState lua, Utf8JsonWriter json, int index, int maxBytes, int depth)
    {
        if (depth == 0)
        {
            throw new ScriptException("a table is too deep for JSON, or contains itself");
        }

        // To walk an empty table may be long where it was large before.
        lua.Meter.LookAtClock();
        var length = (long)LuaNative.RawLength(lua.Handle, index);
        if (length > 0 || IsMarkedArray(lua, index))
        {
            WriteArray(lua, json, index, length, maxBytes, depth - 1);
        }
        else
        {
            WriteObject(lua, json, index, maxBytes, depth - 1);
        }
    }

    private static void WriteArray(LuaState lua, Utf8JsonWriter json, int index, long length, int maxBytes, int depth)
    {
        var handle = lua.Handle;
        var top = LuaNative.GetTop(handle);
        var count = 0L;
        for (LuaNative.PushNil(handle); LuaNative.Next(handle, index) != 0; LuaNative.SetTop(handle, top + 1))
        {
            lua.Meter.Spend(1);
            var key = LuaNative.IsInteger(handle, top + 1) != 0 ? LuaNative.ToInteger(handle, top + 1, null) : 0;
            if (key < 1 || key > length)
            {
                LuaNative.SetTop(handle, top);
                throw new ScriptException("a table with the keys 1 to n must not have other keys in JSON");
            }

            count++;
        }

        if (count != length)
        {
            throw new ScriptException("an array for JSON must not have holes; use null");
        }

        json.WriteStartArray();
        for (var i = 1L; i <= length; i++)
        {
            _ = LuaNative.RawGet(handle, index, i);
            Write(lua, json, top + 1, maxBytes, depth);
            LuaNative.SetTop(handle, top);
        }

        json.WriteEndArray();
    }

    private static void WriteObject(LuaState lua, Utf8JsonWriter json, int index, int maxBytes, int depth)
    {
        var handle = lua.Handle;
        var top = LuaNative.GetTop(handle);
        json.WriteStartObject();
        for (LuaNative.PushNil(handle); LuaNative.Next(handle, index) != 0; LuaNative.SetTop(handle, top + 1))
        {
            if (LuaNative.TypeOf(handle, top + 1) != LuaNative.TypeString)
            {
                throw new ScriptException("the keys of a table for JSON must be 1 to n, or all strings");
            }

            json.WritePropertyName(TextAt(lua, top + 1, maxBytes));
            Write(lua, json, top + 2, maxBytes, depth);
        }

        json.WriteEndObject();
    }

    // Lua's own bytes: good while the value is where it is.
    private static ReadOnlySpan<byte> TextAt(LuaState lua, int index, int maxBytes)
    {
        var bytes = LuaNative.ToString(lua.Handle, index, out var length);
        if (length > (nuint)maxBytes)
        {
            throw TooLong(maxBytes);
        }

        var text = new ReadOnlySpan<byte>(bytes, (int)length);
        return Utf8.IsValid(text) ? text : throw new ScriptException("a string is not UTF-8, which JSON is");
    }

    private static bool IsMarkedArray(LuaState lua, int index)
    {
        if (LuaNative.GetMetatable(lua.Handle, index) == 0)
        {
            return false;
        }

        lua.PushArrayMetatable();
        var isArray = LuaNative.RawEqual(lua.Handle, -1, -2) != 0;
        LuaNative.SetTop(lua.Handle, -3);
        return isArray;
    }

    private static ScriptException TooLong(int maxBytes) => new($"the value is longer than {maxBytes} bytes as JSON");
}
