using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Rooms;

/// <summary>A user in a room. Immutable.</summary>
public sealed class Member
{
    internal Member(JsonElement entry)
    {
        User = entry.TextOf("user") ?? string.Empty;
        Handles = [.. entry.ListOf("handles").Select(handle => handle.ValueKind == JsonValueKind.Number && handle.TryGetUInt32(out var number) ? number : 0)];
        State = entry.Get("state");
    }

    /// <summary>The same, to be kept for long: its state, of which this is the text, no longer holds the whole message that it came in.</summary>
    internal Member(Member other, string state)
    {
        (User, Handles) = (other.User, other.Handles);
        if (state.Length > 0)
        {
            using var document = JsonDocument.Parse(state);
            State = document.RootElement.Clone();
        }
    }

    /// <summary>The user.</summary>
    public string User { get; }

    /// <summary>The user's sessions in the room: SENDER of their Hot frames.</summary>
    public IReadOnlyList<uint> Handles { get; }

    /// <summary>What the user shows there; undefined where it shows nothing.</summary>
    public JsonElement State { get; }
}
