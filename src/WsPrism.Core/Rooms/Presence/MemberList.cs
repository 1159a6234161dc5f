using WsPrism.Core.Tenants;

namespace WsPrism.Core.Rooms.Presence;

/// <summary>
/// A room's users in the order in which they came, to be read in pages while it changes: a page begins after a number, whether who had it is still there or not.
/// Who leaves leaves a gap; where gaps are as many as members they are closed, so adding and removing cost a binary search, and a page its own length. Guarded by
/// the lock of the tenant's registry.
/// </summary>
internal sealed class MemberList
{
    private const int FewGaps = 16;

    private readonly List<(long Order, RoomMember? Member)> _places = [];
    private long _lastOrder;
    private int _count;

    /// <summary>A place at the end.</summary>
    public RoomMember Add(UserEntry user)
    {
        var member = new RoomMember(user, ++_lastOrder);
        _places.Add((member.Order, member));
        _count++;
        return member;
    }

    public void Remove(RoomMember member)
    {
        _places[FirstAfter(member.Order - 1)] = (member.Order, null);
        _count--;
        if (_places.Count - _count > _count + FewGaps)
        {
            _places.RemoveAll(static place => place.Member is null);
            _places.TrimExcess();
        }
    }

    /// <summary>
    /// Appends the members that came after number <paramref name="after"/>: so many, and no more than so many bytes of JSON, but one at least. Answers the number
    /// after which the next page begins; 0 where there is none.
    /// </summary>
    public long Read(long after, int limit, int maxBytes, List<MemberView> page)
    {
        var taken = 0;
        for (var i = FirstAfter(after); i < _places.Count; i++)
        {
            if (_places[i].Member is not { } member)
            {
                continue;
            }

            var view = MemberView.Of(member);
            maxBytes -= view.MaxJsonBytes;
            if (taken == limit || (maxBytes < 0 && taken > 0))
            {
                return after;
            }

            page.Add(view);
            after = member.Order;
            taken++;
        }

        return 0;
    }

    private int FirstAfter(long order)
    {
        var (low, high) = (0, _places.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _places[middle].Order > order ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
