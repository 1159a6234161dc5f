using System.Buffers;
using System.Text.Unicode;

namespace WsPrism.Protocol.Ext;

/// <summary>What the fields of an envelope may hold, for readers, configuration and server APIs alike. Thread-safe.</summary>
public static class EnvelopeRules
{
    /// <summary>The longest <c>svc</c> or <c>type</c>, in bytes.</summary>
    public const int MaxNameLength = 64;

    /// <summary>The longest room name, in bytes of UTF-8.</summary>
    public const int MaxRoomLength = 128;

    /// <summary>The longest string <c>id</c>, in bytes of UTF-8 after escapes are resolved.</summary>
    public const int MaxIdLength = 64;

    /// <summary>The deepest nesting of a message in levels; the envelope itself is the first.</summary>
    public const int MaxDepth = 32;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-"u8);

    /// <summary>Whether <paramref name="name"/> may be a <c>svc</c> or <c>type</c>: <c>[a-z][a-z0-9_.-]{0,63}</c>.</summary>
    public static bool IsName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= MaxNameLength
        && name[0] is >= (byte)'a' and <= (byte)'z'
        && name.IndexOfAnyExcept(NameBytes) < 0;

    /// <summary>
    /// Whether <paramref name="room"/> may name a room: 1–128 bytes of valid UTF-8 without control characters (C0, DEL, C1).
    /// Names are compared byte by byte: differently composed forms of the same text are different rooms.
    /// </summary>
    public static bool IsRoom(ReadOnlySpan<byte> room) =>
        room.Length is > 0 and <= MaxRoomLength && !HasControl(room) && Utf8.IsValid(room);

    private static bool HasControl(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b is < 0x20 or 0x7F)
                return true;

            // C1 controls, U+0080 to U+009F, are C2 80 to C2 9F.
            if (b == 0xC2 && i + 1 < text.Length && text[i + 1] < 0xA0)
                return true;
        }

        return false;
    }
}
