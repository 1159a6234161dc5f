using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WsPrism.Client.Ext;

/// <summary>Reading what may not be there, or not be what it should be, without exceptions. Stateless.</summary>
public static class JsonReading
{
    /// <summary>A member of an object; an undefined element where this is no object or has no such member.</summary>
    public static JsonElement Get(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            // One of the names has half a surrogate pair.
            return default;
        }
    }

    /// <summary>A member that is a string; otherwise null.</summary>
    public static string? TextOf(this JsonElement element, string name) => element.Get(name).Text();

    internal static string? Text(this JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is JSON, and no text.
            return null;
        }
    }

    /// <summary>A value by its contract; null where it is not of that kind, or there is none.</summary>
    public static T? As<T>(this JsonElement element, JsonTypeInfo<T> typeInfo)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
            return default;

        try
        {
            return element.Deserialize(typeInfo);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    internal static ulong? NumberOf(this JsonElement element, string name)
    {
        var value = element.Get(name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) ? number : null;
    }

    internal static ulong NumberOf(this JsonElement element, string name, ulong most) => Math.Min(element.NumberOf(name) ?? 0, most);

    internal static TimeSpan TimeSpanOf(this JsonElement element, string name) => TimeSpan.FromMilliseconds((long)element.NumberOf(name, int.MaxValue));

    internal static bool IsTrue(this JsonElement element, string name) => element.Get(name).ValueKind == JsonValueKind.True;

    internal static IEnumerable<JsonElement> ListOf(this JsonElement element, string name)
    {
        var value = element.Get(name);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : Enumerable.Empty<JsonElement>();
    }

    internal static DateTimeOffset TimeOf(this JsonElement element, string name) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)element.NumberOf(name, 253_402_300_799_999));
}
