using WsPrism.Core.Tenants;

namespace WsPrism.Core.Rooms.Presence;

/// <summary>
/// What has changed about the users of a room since its members were told last: at most one change for each user, what came of all that happened to it. Guarded
/// by the lock of the tenant's registry.
/// <para>
/// A user that came and went in between is no change, unless somebody has read the list of members meanwhile: it may stand in what they read, so they are told
/// that it left. A user that went and came again is an update, which says all there is to say of it; so both join and update may name somebody who is known.
/// </para>
/// </summary>
internal sealed class PresenceChanges
{
    // By name: a user whose last session ends and who comes again is another entry.
    private readonly Dictionary<string, LinkedListNode<Change>> _byUser = [];
    private readonly LinkedList<Change>[] _waiting = [new(), new(), new()];
    private PresenceKind _last = PresenceKind.Update;
    private long _listings;

    /// <summary>For a room that has so many users already, of whom its members know.</summary>
    public PresenceChanges(int users) => ToldUsers = users;

    /// <summary>Users in the room as its members have been told: with nothing waiting, all that there are.</summary>
    public int ToldUsers { get; private set; }

    /// <summary>Users about whom there is something to tell.</summary>
    public int Count => _byUser.Count;

    /// <summary>Changes that will not be told, because others of the same user have made up for them.</summary>
    public long Coalesced { get; private set; }

    /// <summary>A client has read who is in the room.</summary>
    public void NoteListing() => _listings++;

    /// <summary>A user has its first session in the room.</summary>
    public void NoteJoined(UserEntry user)
    {
        if (_byUser.TryGetValue(user.Identity.User, out var change))
        {
            change.Value = change.Value with { User = user };
            Move(change, change.Value.IsTold ? PresenceKind.Update : PresenceKind.Join);
        }
        else
        {
            Add(user, PresenceKind.Join);
        }
    }

    /// <summary>A user in the room has other sessions there, or shows another state.</summary>
    public void NoteUpdated(UserEntry user)
    {
        if (_byUser.ContainsKey(user.Identity.User))
        {
            Coalesced++;
        }
        else
        {
            Add(user, PresenceKind.Update);
        }
    }

    /// <summary>A user's last session has left the room.</summary>
    public void NoteLeft(UserEntry user)
    {
        if (!_byUser.TryGetValue(user.Identity.User, out var change))
        {
            Add(user, PresenceKind.Leave);
        }
        else if (!change.Value.IsTold && change.Value.Listings == _listings)
        {
            Remove(change);
            Coalesced += 2;
        }
        else
        {
            Move(change, PresenceKind.Leave);
        }
    }

    /// <summary>
    /// Takes changes of one kind, the oldest first: no more than so many bytes of JSON, but one at least. Kinds take turns. <paramref name="users"/> are those in
    /// the room. False where nothing waits.
    /// </summary>
    public bool TryTake(Dictionary<UserEntry, RoomMember> users, int maxBytes, List<MemberView> taken, out PresenceKind kind)
    {
        kind = _last;
        if (_byUser.Count == 0)
        {
            return false;
        }

        do
        {
            kind = kind == PresenceKind.Update ? PresenceKind.Leave : kind + 1;
        }
        while (_waiting[(int)kind].Count == 0);

        _last = kind;
        while (_waiting[(int)kind].First is { } change)
        {
            var user = change.Value.User;
            var view = kind == PresenceKind.Leave ? MemberView.Gone(user) : MemberView.Of(users[user]);
            maxBytes -= view.MaxJsonBytes;
            if (maxBytes < 0 && taken.Count > 0)
            {
                break;
            }

            ToldUsers += (kind != PresenceKind.Leave ? 1 : 0) - (change.Value.IsTold ? 1 : 0);
            Remove(change);
            taken.Add(view);
        }

        return true;
    }

    /// <summary>Answers <see cref="Coalesced"/> and begins to count anew.</summary>
    public long TakeCoalesced()
    {
        var count = Coalesced;
        Coalesced = 0;
        return count;
    }

    private void Add(UserEntry user, PresenceKind kind) =>
        _byUser.Add(user.Identity.User, _waiting[(int)kind].AddLast(new Change(user, IsTold: kind != PresenceKind.Join, _listings)));

    private void Move(LinkedListNode<Change> change, PresenceKind kind)
    {
        change.List!.Remove(change);
        _waiting[(int)kind].AddLast(change);
        Coalesced++;
    }

    private void Remove(LinkedListNode<Change> change)
    {
        change.List!.Remove(change);
        _byUser.Remove(change.Value.User.Identity.User);
    }

    // IsTold: the members know of the user. Listings: how often the members had been read when it began.
    private readonly record struct Change(UserEntry User, bool IsTold, long Listings);
}
