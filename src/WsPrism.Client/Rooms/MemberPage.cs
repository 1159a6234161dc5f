using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Rooms;

/// <summary>A page of the users in a room. Immutable.</summary>
public sealed class MemberPage
{
    internal MemberPage(JsonElement answer)
    {
        Count = (int)answer.NumberOf("count", int.MaxValue);
        Members = [.. answer.ListOf("members").Select(entry => new Member(entry))];
        Cursor = answer.TextOf("cursor");
    }

    /// <summary>Users in the room.</summary>
    public int Count { get; }

    /// <summary>Those of this page.</summary>
    public IReadOnlyList<Member> Members { get; }

    /// <summary>Asks for the next page; null at the end.</summary>
    public string? Cursor { get; }
}
