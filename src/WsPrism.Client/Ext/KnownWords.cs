using System.Text.Json;

namespace WsPrism.Client.Ext;

// Names of services, types and rooms come again and again: the strings that they were the last time are used again. A table of so many, where one takes another's place; any
// thread reads and writes it without a lock, for a string never changes and the worst that can happen is one more.
internal static class KnownWords
{
    private const int Places = 512;
    private const int Longest = 128;

    private static readonly string?[] Words = new string?[Places];

    /// <summary>The text of the string that the reader stands at.</summary>
    /// <exception cref="InvalidOperationException">It is no text: half a surrogate pair.</exception>
    public static string TextOf(ref Utf8JsonReader reader)
    {
        var utf8 = reader.ValueSpan;
        if (utf8.Length > Longest)
            return reader.GetString()!;

        ref var place = ref Words[PlaceOf(utf8)];
        if (place is { } known && reader.ValueTextEquals(known))
            return known;

        return place = reader.GetString()!;
    }

    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261u;
        foreach (var value in utf8)
            hash = (hash ^ value) * 16777619;

        return (int)((hash ^ (hash >> 16)) % Places);
    }
}
