using WsPrism.Core.Configuration;
using WsPrism.Core.Parties;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.Presence;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;

namespace WsPrism.Core.Tenants;

/// <summary>
/// Who is on this node: a tenant's users, sessions and rooms, with the limits that must hold over all shards. One short lock a tenant guards all of it;
/// this is the control path (connect, join, leave, close, and the queries about members); messages to a room do not take it. Safe for all threads.
/// </summary>
internal sealed class TenantRegistry
{
    // Of JSON: a page of members is a control frame, which waits in a bounded queue.
    private const int MaxPageBytes = 131_072;

    private static readonly LimitsConfig NoLimits = new();

    private readonly Lock _gate = new();
    private readonly Dictionary<string, UserEntry> _users = [];
    private readonly Dictionary<string, Room> _rooms = [];
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly Dictionary<uint, Room> _roomsByHandle = [];
    private readonly Dictionary<uint, Session> _sessionsByHandle = [];
    private readonly int _shards;
    private int _seats;
    private uint _lastSessionHandle;
    private uint _lastRoomHandle;
    private IMembershipWatcher[] _watchers = [];

    public TenantRegistry(int shards) => _shards = shards;

    /// <summary>Sessions registered.</summary>
    public int SessionCount
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Rooms with at least one member.</summary>
    public int RoomCount
    {
        get
        {
            lock (_gate)
            {
                return _rooms.Count;
            }
        }
    }

    /// <summary>Users with at least one session.</summary>
    public int UserCount
    {
        get
        {
            lock (_gate)
            {
                return _users.Count;
            }
        }
    }

    /// <summary>Seats reserved and not given back: sessions, and handshakes that are about to become some.</summary>
    public int SeatsTaken => Volatile.Read(ref _seats);

    /// <summary>True where one more session would find a seat.</summary>
    public bool HasFreeSeat(LimitsConfig limits) => limits.MaxSessionsTotal == 0 || Volatile.Read(ref _seats) < limits.MaxSessionsTotal;

    /// <summary>Takes a seat for a session that is about to be; compare-and-swap, so the limit is never overshot.</summary>
    public bool TryReserveSeat(LimitsConfig limits)
    {
        while (true)
        {
            var seats = Volatile.Read(ref _seats);
            if (limits.MaxSessionsTotal != 0 && seats >= limits.MaxSessionsTotal)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _seats, seats + 1, seats) == seats)
            {
                return true;
            }
        }
    }

    /// <summary>Takes a seat whether there is one or not, for a session that ends at once.</summary>
    public void TakeSeat() => Interlocked.Increment(ref _seats);

    /// <summary>Gives a seat back.</summary>
    public void ReleaseSeat() => Interlocked.Decrement(ref _seats);

    /// <summary>
    /// Registers a session under the tenant's session policy. False: the user has too many and the newcomer is to go. Sessions in
    /// <paramref name="replaced"/> are to be closed; their places are given up already.
    /// </summary>
    public bool TryAdd(Session session, SessionPolicyConfig policy, out Session? replaced)
    {
        replaced = null;
        lock (_gate)
        {
            if (!_users.TryGetValue(session.User, out var user))
            {
                user = new UserEntry(session.Identity);
                _users.Add(session.User, user);
            }

            if (user.Sessions.Count >= (policy.Mode == SessionMode.Single ? 1 : policy.MaxSessionsPerUser))
            {
                if (policy.OnExceed == SessionExceedRule.Deny)
                {
                    return false;
                }

                // It leaves its rooms on its own shard a moment later; here it only stops counting as one of the user's.
                replaced = user.Sessions[0];
                user.Sessions.RemoveAt(0);
            }

            user.Sessions.Add(session);
            _sessions.Add(session.SessionId, session);
            session.Register(user, NextHandle(ref _lastSessionHandle));
            _sessionsByHandle[session.Handle] = session;
            return true;
        }
    }

    /// <summary>Forgets a session that has left its rooms.</summary>
    public void Remove(Session session)
    {
        lock (_gate)
        {
            if (_sessions.Remove(session.SessionId))
            {
                _sessionsByHandle.Remove(session.Handle);
                session.UserEntry!.Sessions.Remove(session);
                ForgetUserIfGone(session.UserEntry);
            }
        }
    }

    /// <summary>Makes a session a member of a room, which is made where it does not exist.</summary>
    public ErrorCode TryJoin(Session session, ReadOnlySpan<char> name, TenantSnapshot tenant, out Room? room)
    {
        // Parties have limits of their own: a member must not be kept out of its party's room.
        var limits = name.StartsWith(Party.RoomPrefix) ? NoLimits : tenant.Config.Limits;
        lock (_gate)
        {
            var user = session.UserEntry!;
            var exists = _rooms.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out room);
            if (!exists && limits.MaxRoomsTotal != 0 && _rooms.Count >= limits.MaxRoomsTotal)
            {
                return ErrorCode.ResourceExhausted;
            }

            var isNewToUser = !exists || !user.Rooms.ContainsKey(room!);
            if (isNewToUser && limits.MaxRoomsPerUser != 0 && user.Rooms.Count >= limits.MaxRoomsPerUser)
            {
                return ErrorCode.ResourceExhausted;
            }

            if (isNewToUser && exists && limits.MaxUsersPerRoom != 0 && room!.Users.Count >= limits.MaxUsersPerRoom)
            {
                return ErrorCode.ResourceExhausted;
            }

            if (!exists)
            {
                var text = name.ToString();

                // Of the snapshot in force now: a reload gives new rules to the rooms that it finds under this lock, and would miss this one.
                room = new Room(text, NextHandle(ref _lastRoomHandle), session.Tenant.Snapshot.RoomRules.For(text), _shards);
                _rooms.Add(text, room);
                _roomsByHandle[room.Handle] = room;
                if (room.Rule.TellsPresence)
                {
                    room.Presence = new RoomPresence(session.Tenant, room, users: 0);
                }
                session.Tenant.History.Occupy(room);

                // Under the lock, so that a room is told to be there and to be gone in that order, whatever shards do it.
                tenant.Events?.RoomOccupied(room);
            }

            user.Rooms[room!] = user.Rooms.GetValueOrDefault(room!) + 1;
            if (room!.Users.TryGetValue(user, out var member))
            {
                room.Presence?.NoteUpdated(user);
            }
            else
            {
                member = room.Members.Add(user);
                room.Users.Add(user, member);
                room.Presence?.NoteJoined(user);
            }

            member.Add(session.Handle);
            room.UserCount = room.Users.Count;
            foreach (var watcher in _watchers)
            {
                watcher.OnJoined(room, session);
            }

            return ErrorCode.None;
        }
    }

    /// <summary>Takes a session out of a room, which goes with its last member.</summary>
    public void Leave(Session session, Room room, ITenantEvents? events)
    {
        lock (_gate)
        {
            var user = session.UserEntry!;
            var member = room.Users[user];
            member.Remove(session.Handle);
            if (member.Handles.Length == 0)
            {
                room.Users.Remove(user);
                room.Members.Remove(member);
                room.Presence?.NoteLeft(user);
            }
            else
            {
                room.Presence?.NoteUpdated(user);
            }

            if (--System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(user.Rooms, room) == 0)
            {
                user.Rooms.Remove(room);
            }

            room.UserCount = room.Users.Count;
            if (room.Users.Count == 0)
            {
                _rooms.Remove(room.Name);
                _roomsByHandle.Remove(room.Handle);
                session.Tenant.History.Vacate(room);
                events?.RoomVacated(room);
            }

            foreach (var watcher in _watchers)
            {
                watcher.OnLeft(room, session);
            }

            ForgetUserIfGone(user);
        }
    }

    /// <summary>
    /// Appends the users of a room who came after number <paramref name="after"/>, at most <paramref name="limit"/> and a bounded number of bytes. Answers how many
    /// there are in the room and the number after which the next page begins, 0 where there is none.
    /// </summary>
    public (int Count, long Next) ReadMembers(Room room, long after, int limit, List<MemberView> page)
    {
        lock (_gate)
        {
            return (room.Users.Count, room.Members.Read(after, limit, MaxPageBytes, page));
        }
    }

    /// <summary>The same for a member of the room, who is then told of whatever becomes of those it has read about.</summary>
    public (int Count, long Next) ReadMembersFor(Room room, long after, int limit, List<MemberView> page)
    {
        lock (_gate)
        {
            room.Presence?.Changes.NoteListing();
            return (room.Users.Count, room.Members.Read(after, limit, MaxPageBytes, page));
        }
    }

    /// <summary>Sets what a session's user shows the others in a room that the session is in.</summary>
    public void SetState(Session session, Room room, byte[]? state)
    {
        lock (_gate)
        {
            var member = room.Users[session.UserEntry!];
            if (!member.State.AsSpan().SequenceEqual(state))
            {
                member.State = state;
                room.Presence?.NoteUpdated(member.User);
            }
        }
    }

    /// <summary>Takes what a room is to tell its members next; null where there is nothing.</summary>
    public PresenceNews? TakePresence(RoomPresence presence, List<MemberView> taken)
    {
        lock (_gate)
        {
            return presence.Take(taken);
        }
    }

    /// <summary>Gives the rooms other rules. Where members begin to be told of each other, that is from here on.</summary>
    public void Configure(Tenant tenant, RoomRules rules)
    {
        lock (_gate)
        {
            foreach (var room in _rooms.Values)
            {
                room.Rule = rules.For(room.Name);
                if (room.Rule.TellsPresence != room.Presence is not null)
                {
                    room.Presence = room.Rule.TellsPresence ? new RoomPresence(tenant, room, room.Users.Count) : null;
                }
            }

            tenant.History.Configure(rules, _rooms.Values);
        }
    }

    /// <summary>The sessions that a user has in a room, by handle and shard; appended to <paramref name="found"/>.</summary>
    public void FindMember(Room room, ReadOnlySpan<byte> userUtf8, List<Session> found)
    {
        Span<char> chars = stackalloc char[256];
        if (userUtf8.Length > chars.Length || !System.Text.Encoding.UTF8.TryGetChars(userUtf8, chars, out var written))
        {
            return;
        }

        lock (_gate)
        {
            if (!_users.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..written], out var user)
                || !room.Users.TryGetValue(user, out var member))
            {
                return;
            }

            foreach (var session in user.Sessions)
            {
                if (member.Handles.Contains(session.Handle))
                {
                    found.Add(session);
                }
            }
        }
    }

    /// <summary>A copy of the sessions at this moment.</summary>
    public Session[] Sessions()
    {
        lock (_gate)
        {
            return [.. _sessions.Values];
        }
    }

    /// <summary>The session of this id; null where there is none.</summary>
    public Session? FindSession(string id)
    {
        lock (_gate)
        {
            return _sessions.GetValueOrDefault(id);
        }
    }

    /// <summary>A copy of a user's sessions at this moment, oldest first.</summary>
    public Session[] SessionsOf(string user)
    {
        lock (_gate)
        {
            return _users.TryGetValue(user, out var entry) ? [.. entry.Sessions] : [];
        }
    }

    /// <summary>The room of this name; null where nobody is in it.</summary>
    public Room? FindRoom(string name)
    {
        lock (_gate)
        {
            return _rooms.GetValueOrDefault(name);
        }
    }

    /// <summary>The same by UTF-8, without allocating.</summary>
    public Room? FindRoom(ReadOnlySpan<byte> nameUtf8)
    {
        Span<char> chars = stackalloc char[128];
        if (nameUtf8.Length > chars.Length || !System.Text.Encoding.UTF8.TryGetChars(nameUtf8, chars, out var written))
        {
            return null;
        }

        lock (_gate)
        {
            return _rooms.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..written], out var room) ? room : null;
        }
    }

    /// <summary>The room of this handle; null where there is none.</summary>
    public Room? FindRoom(uint handle)
    {
        lock (_gate)
        {
            return _roomsByHandle.GetValueOrDefault(handle);
        }
    }

    /// <summary>The session of this handle; null where there is none.</summary>
    public Session? FindSession(uint handle)
    {
        lock (_gate)
        {
            return _sessionsByHandle.GetValueOrDefault(handle);
        }
    }

    /// <summary>The session of this id; null where there is none. Allocates nothing.</summary>
    public Session? FindSession(ReadOnlySpan<byte> idUtf8)
    {
        Span<char> chars = stackalloc char[64];
        if (idUtf8.Length > chars.Length || !System.Text.Encoding.UTF8.TryGetChars(idUtf8, chars, out var written))
        {
            return null;
        }

        lock (_gate)
        {
            return _sessions.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..written], out var session) ? session : null;
        }
    }

    /// <summary>True where the session of this handle is in the room. Allocates nothing.</summary>
    public bool IsMember(Room room, uint handle)
    {
        lock (_gate)
        {
            return _sessionsByHandle.TryGetValue(handle, out var session)
                && room.Users.TryGetValue(session.UserEntry!, out var member) && member.Handles.Contains(handle);
        }
    }

    /// <summary>Appends a user's sessions, oldest first. Allocates nothing.</summary>
    public void FindSessions(ReadOnlySpan<byte> userUtf8, List<Session> found)
    {
        Span<char> chars = stackalloc char[256];
        if (userUtf8.Length > chars.Length || !System.Text.Encoding.UTF8.TryGetChars(userUtf8, chars, out var written))
        {
            return;
        }

        lock (_gate)
        {
            if (_users.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..written], out var user))
            {
                found.AddRange(user.Sessions);
            }
        }
    }

    /// <summary>
    /// Tells a watcher from now on who joins and leaves, and first, as if they had just joined, who is there: nobody is missed and nobody told in the wrong order.
    /// </summary>
    public void Watch(IMembershipWatcher watcher)
    {
        lock (_gate)
        {
            foreach (var room in _rooms.Values)
            {
                foreach (var member in room.Users.Values)
                {
                    foreach (var handle in member.Handles)
                    {
                        // One that was replaced is leaving already.
                        if (_sessionsByHandle.TryGetValue(handle, out var session))
                        {
                            watcher.OnJoined(room, session);
                        }
                    }
                }
            }

            _watchers = [.. _watchers, watcher];
        }
    }

    /// <summary>Tells a watcher nothing any more.</summary>
    public void Unwatch(IMembershipWatcher watcher)
    {
        lock (_gate)
        {
            _watchers = [.. _watchers.Where(other => other != watcher)];
        }
    }

    /// <summary>A copy of the rooms at this moment.</summary>
    public Room[] Rooms()
    {
        lock (_gate)
        {
            return [.. _rooms.Values];
        }
    }

    private static uint NextHandle(ref uint last) => ++last == 0 ? ++last : last;

    private void ForgetUserIfGone(UserEntry user)
    {
        // A replaced session may still be leaving its rooms when a newer one of the same user is here; and the other way round.
        if (user.Sessions.Count == 0 && user.Rooms.Count == 0
            && _users.TryGetValue(user.Identity.User, out var current) && ReferenceEquals(current, user))
        {
            _users.Remove(user.Identity.User);
        }
    }
}
