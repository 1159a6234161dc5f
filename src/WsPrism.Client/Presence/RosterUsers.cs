using System.Text.Json;
using WsPrism.Client.Rooms;

namespace WsPrism.Client.Presence;

// Users of a room by name, of so many at most and of bounded size each, whatever a gateway says. Guarded by the roster.
internal sealed class RosterUsers
{
    // The gateway tells no more than that at once: a user with more to show is none of its own.
    private const int MaxMemberBytes = 16 << 10;
    private const int MaxHandleDigits = 10;

    private readonly Dictionary<string, Entry> _users = new(StringComparer.Ordinal);
    private readonly int _most;
    private long _order;

    public RosterUsers(int most) => _most = most;

    /// <summary>There was one too many.</summary>
    public bool IsFull { get; private set; }

    public void MarkFull() => IsFull = true;

    /// <summary>In the order in which they were seen first.</summary>
    public Member[] ToArray() => [.. _users.Values.OrderBy(entry => entry.Order).Select(entry => entry.Member)];

    /// <summary>Answers whether anything has changed.</summary>
    public bool Put(IReadOnlyList<Member> members)
    {
        var isNews = false;
        foreach (var member in members)
        {
            var isKnown = _users.TryGetValue(member.User, out var known);
            var state = member.State.ValueKind == JsonValueKind.Undefined ? string.Empty : member.State.GetRawText();
            if ((isKnown || _users.Count < _most) && member.User.Length + state.Length + (long)MaxHandleDigits * member.Handles.Count <= MaxMemberBytes)
            {
                _users[member.User] = new Entry(isKnown ? known.Order : ++_order, new Member(member, state));
                isNews = true;
            }
            else
            {
                IsFull = true;
            }
        }

        return isNews;
    }

    /// <summary>Answers whether anybody was there to be taken out.</summary>
    public bool Remove(IReadOnlyList<Member> members)
    {
        var isNews = false;
        foreach (var member in members)
            isNews |= _users.Remove(member.User);
        return isNews;
    }

    private readonly record struct Entry(long Order, Member Member);
}
