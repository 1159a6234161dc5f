using System.Text;
using WsPrism.Core.Shards;

namespace WsPrism.Core.Parties;

/// <summary>
/// A few users who want to stay together: who they are, who leads them, who is invited, whether they are ready. Guarded by the lock of its book, which decides; what
/// is here keeps the parts in step with each other.
/// </summary>
internal sealed class Party
{
    /// <summary>What the names of parties' rooms begin with: no client joins or leaves such a room by itself.</summary>
    public const string RoomPrefix = "party:";

    /// <summary>The time of what is never due.</summary>
    public const long Never = long.MaxValue;

    private readonly List<PartyMember> _members = [];
    private readonly List<PartyInvitation> _invitations = [];

    public Party(PartyBook book, string id, Shard home)
    {
        Id = id;
        Room = RoomPrefix + id;
        RoomUtf8 = Encoding.UTF8.GetBytes(Room);
        Home = home;
        Timer = new PartyTimer(book, this);
    }

    public string Id { get; }

    public string Room { get; }

    public byte[] RoomUtf8 { get; }

    /// <summary>The shard that has the timer.</summary>
    public Shard Home { get; }

    public PartyTimer Timer { get; }

    /// <summary>What the timer has been told last.</summary>
    public long TimerMs { get; set; } = Never;

    /// <summary>How often its members have been told how it stands.</summary>
    public long Version { get; set; }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<PartyMember> Members => _members;

    public IReadOnlyList<PartyInvitation> Invitations => _invitations;

    public string Leader { get; set; } = string.Empty;

    /// <summary>The last one; null where there was none since members last came or went.</summary>
    public ReadyCheck? Check { get; private set; }

    /// <summary>When something is over by itself next.</summary>
    public long NextDueMs
    {
        get
        {
            var due = Check is { State: ReadyState.Running } check ? check.EndsMs : Never;
            foreach (var invitation in _invitations)
            {
                due = Math.Min(due, invitation.EndsMs);
            }

            return due;
        }
    }

    public PartyMember? FindMember(string user) => _members.Find(member => member.User == user);

    public PartyInvitation? FindInvitation(string user) => _invitations.Find(invitation => invitation.User == user);

    /// <summary>A user comes in; the first one leads.</summary>
    public void Add(string user)
    {
        if (_members.Count == 0)
        {
            Leader = user;
        }

        _members.Add(new PartyMember(user));
        EndCheck();
    }

    /// <summary>A member goes. Where it led, who has been there longest leads now.</summary>
    public void Remove(PartyMember member)
    {
        _members.Remove(member);
        if (Leader == member.User && _members.Count > 0)
        {
            Leader = _members[0].User;
        }

        EndCheck();
    }

    public void Add(PartyInvitation invitation) => _invitations.Add(invitation);

    public void Remove(PartyInvitation invitation) => _invitations.Remove(invitation);

    /// <summary>All are asked.</summary>
    public void Begin(ReadyCheck check)
    {
        _members.ForEach(member => member.IsReady = null);
        Check = check;
    }

    /// <summary>A member answers the check that is running; one that says no ends it.</summary>
    public void Answer(PartyMember member, bool isReady)
    {
        member.IsReady = isReady;
        if (!isReady)
        {
            Check!.State = ReadyState.Declined;
        }
        else if (_members.TrueForAll(other => other.IsReady == true))
        {
            Check!.State = ReadyState.Passed;
        }
    }

    // A check is about the members that there were. One that was running is seen to be over, the result of one before is of no use any more.
    private void EndCheck()
    {
        if (Check is { State: ReadyState.Running } check)
        {
            check.State = ReadyState.Cancelled;
        }
        else
        {
            Check = null;
            _members.ForEach(member => member.IsReady = null);
        }
    }
}
