using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Core.Time;

namespace WsPrism.Core.Rooms.Presence;

/// <summary>
/// Tells a room's members who comes, goes and changes: one envelope in each <see cref="WindowMs"/>, of all that happened since. What is to be told is noted in
/// <see cref="Changes"/> under the lock of the tenant's registry, by whatever shard it happens on; one shard, the room's home, has the timer, encodes and publishes,
/// so envelopes go out in one order.
/// </summary>
internal sealed class RoomPresence : TimerNode, IShardWork
{
    /// <summary>The least time between two envelopes of a room, and how long changes are gathered for one.</summary>
    public const int WindowMs = 100;

    private readonly Tenant _tenant;
    private readonly Room _room;
    private Shard? _home;
    private int _mustWake;

    // The home shard has the timer set, or is about to. Guarded by the registry's lock.
    private bool _isAwake;

    public RoomPresence(Tenant tenant, Room room, int users)
    {
        _tenant = tenant;
        _room = room;
        Changes = new PresenceChanges(users);
    }

    /// <summary>Guarded by the registry's lock.</summary>
    public PresenceChanges Changes { get; }

    /// <summary>A user has come. Under the registry's lock, as the next two; when it is given back, <see cref="Wake"/> is to be called.</summary>
    public void NoteJoined(UserEntry user)
    {
        Changes.NoteJoined(user);
        NeedWake();
    }

    /// <summary>A user in the room has changed.</summary>
    public void NoteUpdated(UserEntry user)
    {
        Changes.NoteUpdated(user);
        NeedWake();
    }

    /// <summary>A user has gone.</summary>
    public void NoteLeft(UserEntry user)
    {
        Changes.NoteLeft(user);
        NeedWake();
    }

    /// <summary>Sees to it that what was noted is told; any shard.</summary>
    public void Wake(Shard shard)
    {
        if (Volatile.Read(ref _mustWake) != 0 && Interlocked.Exchange(ref _mustWake, 0) != 0)
        {
            shard.Siblings[(int)(_room.NameHash % (ulong)shard.Siblings.Length)].Post(this);
        }
    }

    /// <summary>Takes what is to be told next. Under the registry's lock.</summary>
    public PresenceNews? Take(List<MemberView> taken)
    {
        if (_room.Presence != this || _room.Users.Count == 0 || !Changes.TryTake(_room.Users, PresenceEnvelopes.MaxBytes(_tenant.Snapshot), taken, out var kind))
        {
            _isAwake = false;
            return null;
        }

        return new PresenceNews(kind, Changes.ToldUsers, Changes.TakeCoalesced());
    }

    public void Run(Shard shard)
    {
        _home = shard;
        shard.Wheel.Arm(this, shard.Clock.NowMs + WindowMs);
    }

    protected internal override void OnDue(long nowMs)
    {
        var envelopes = _home!.Presence;
        envelopes.Users.Clear();
        if (_tenant.Registry.TakePresence(this, envelopes.Users) is not { } news)
        {
            return;
        }

        // Once more even where nothing is left: whatever comes meanwhile waits until the window is over.
        _home.Wheel.Arm(this, nowMs + WindowMs);
        var counters = _tenant.Shards[_home.Index].Counters;
        counters.PresenceEnvelopes++;
        counters.PresenceTold += envelopes.Users.Count;
        counters.PresenceCoalesced += news.Coalesced;
        _home.Publish(new Broadcast(_room, envelopes.Encode(_room, news), null, null));
    }

    private void NeedWake()
    {
        if (!_isAwake && Changes.Count > 0)
        {
            _isAwake = true;
            Volatile.Write(ref _mustWake, 1);
        }
    }
}

/// <summary>What one envelope tells: of which kind, how many users there are then, and how many changes it makes up for.</summary>
internal readonly record struct PresenceNews(PresenceKind Kind, int Users, long Coalesced);
