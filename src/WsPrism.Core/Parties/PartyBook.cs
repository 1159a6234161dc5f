using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Parties;

/// <summary>
/// A tenant's parties. One lock, so that all that is asked of them is decided one after the other: of two who accept the last place one gets it, and who is kicked
/// while it accepts is either not in or out again. Each decision first ends what its time is over for, then is carried out whole and told, before the next one.
/// <para>
/// The lock is held for a decision, and while what follows of it is left in mailboxes; the registry's lock is taken within it, never the other way round. Only
/// clients' requests about parties and sessions that open and end take it, the latter two only where there is a party at all. Safe for all threads.
/// </para>
/// </summary>
internal sealed class PartyBook
{
    private readonly Lock _gate = new();
    private readonly Tenant _tenant;
    private readonly PartyEvents _events;
    private readonly Dictionary<string, Party> _parties = [];
    private readonly Dictionary<string, Party> _byMember = [];
    private readonly Dictionary<string, List<Party>> _byInvited = [];
    private int _count;

    public PartyBook(Tenant tenant)
    {
        _tenant = tenant;
        _events = new PartyEvents(tenant);
    }

    /// <summary>Parties that there are.</summary>
    public int Count => Volatile.Read(ref _count);

    private PartyConfig Config => _tenant.Snapshot.Config.Party;

    /// <summary>Makes a party of the session's user alone.</summary>
    public PartyVerdict Create(Session session, out Party? party)
    {
        party = null;
        lock (_gate)
        {
            if (_byMember.ContainsKey(session.User))
            {
                return PartyVerdict.InParty;
            }

            if (_parties.Count >= Config.MaxParties)
            {
                return PartyVerdict.TooManyParties;
            }

            party = new Party(this, SessionId.Create(session.Shard.Clock.UnixTimeMs), session.Shard);
            _parties.Add(party.Id, party);
            Volatile.Write(ref _count, _parties.Count);
            AddMember(party, session.User);
            Tell(party);
            return PartyVerdict.Done;
        }
    }

    /// <summary>
    /// Invites a user, or renews its invitation. The same happens whether there is such a user or not, and who comes while the invitation lasts is told then: the
    /// answer says nothing of who is there.
    /// </summary>
    public PartyVerdict Invite(Session session, string user)
    {
        lock (_gate)
        {
            if (FindLed(session, out var refusal) is not { } party)
            {
                return refusal;
            }

            if (party.FindMember(user) is not null)
            {
                return PartyVerdict.IsMember;
            }

            if (party.Members.Count >= Config.MaxSize)
            {
                return PartyVerdict.IsFull;
            }

            var invitation = party.FindInvitation(user);
            if (invitation is null && (party.Invitations.Count >= Config.MaxInvites || _byInvited.GetValueOrDefault(user)?.Count >= Config.MaxInvitesPerUser))
            {
                return PartyVerdict.TooManyInvitations;
            }

            var clock = session.Shard.Clock;
            var (endsMs, endsAtUnixMs) = (clock.NowMs + Config.InviteTtlMs, clock.UnixTimeMs + Config.InviteTtlMs);
            if (invitation is null)
            {
                invitation = new PartyInvitation(user) { From = session.User, EndsMs = endsMs, EndsAtUnixMs = endsAtUnixMs };
                AddInvitation(party, invitation);
            }
            else
            {
                (invitation.From, invitation.EndsMs, invitation.EndsAtUnixMs) = (session.User, endsMs, endsAtUnixMs);
            }

            _events.Invited(party, invitation);
            Tell(party);
            return PartyVerdict.Done;
        }
    }

    /// <summary>Takes the session's user into a party that has invited it.</summary>
    public PartyVerdict Accept(Session session, string id, out Party? party)
    {
        party = null;
        lock (_gate)
        {
            if (_byMember.ContainsKey(session.User))
            {
                return PartyVerdict.InParty;
            }

            if (FindInviting(session, id, out var invitation) is not { } inviting)
            {
                return PartyVerdict.NotInvited;
            }

            if (inviting.Members.Count >= Config.MaxSize)
            {
                return PartyVerdict.IsFull;
            }

            party = inviting;
            RemoveInvitation(party, invitation!);
            AddMember(party, session.User);
            Tell(party);
            return PartyVerdict.Done;
        }
    }

    /// <summary>Turns an invitation down.</summary>
    public PartyVerdict Decline(Session session, string id)
    {
        lock (_gate)
        {
            if (FindInviting(session, id, out var invitation) is not { } party)
            {
                return PartyVerdict.NotInvited;
            }

            RemoveInvitation(party, invitation!);
            _events.Closed(party, session.User, "declined"u8);
            Tell(party);
            return PartyVerdict.Done;
        }
    }

    /// <summary>Takes the session's user out of its party.</summary>
    public PartyVerdict Leave(Session session)
    {
        lock (_gate)
        {
            if (FindOwn(session) is not { } party)
            {
                return PartyVerdict.NoParty;
            }

            RemoveMember(party, session.User, "left"u8);
            return PartyVerdict.Done;
        }
    }

    /// <summary>Takes another user out of the party that the session's user leads, or its invitation back.</summary>
    public PartyVerdict Kick(Session session, string user)
    {
        lock (_gate)
        {
            if (FindLed(session, out var refusal) is not { } party)
            {
                return refusal;
            }

            if (user == session.User)
            {
                return PartyVerdict.IsSelf;
            }

            if (party.FindMember(user) is not null)
            {
                RemoveMember(party, user, "kicked"u8);
            }
            else if (party.FindInvitation(user) is { } invitation)
            {
                RemoveInvitation(party, invitation);
                _events.Closed(party, user, "withdrawn"u8);
                Tell(party);
            }
            else
            {
                return PartyVerdict.NotMember;
            }

            return PartyVerdict.Done;
        }
    }

    /// <summary>Hands the lead to another member.</summary>
    public PartyVerdict Promote(Session session, string user)
    {
        lock (_gate)
        {
            if (FindLed(session, out var refusal) is not { } party)
            {
                return refusal;
            }

            if (party.FindMember(user) is null)
            {
                return PartyVerdict.NotMember;
            }

            if (party.Leader != user)
            {
                party.Leader = user;
                Tell(party);
            }

            return PartyVerdict.Done;
        }
    }

    /// <summary>Answers the ready check that is running; where none is, the leader begins one by being ready.</summary>
    public PartyVerdict Ready(Session session, bool isReady)
    {
        lock (_gate)
        {
            if (FindOwn(session) is not { } party)
            {
                return PartyVerdict.NoParty;
            }

            if (party.Check is not { State: ReadyState.Running })
            {
                if (!isReady || party.Leader != session.User)
                {
                    return PartyVerdict.NoReadyCheck;
                }

                var clock = session.Shard.Clock;
                party.Begin(new ReadyCheck { EndsMs = clock.NowMs + Config.ReadyMs, EndsAtUnixMs = clock.UnixTimeMs + Config.ReadyMs });
            }

            party.Answer(party.FindMember(session.User)!, isReady);
            Tell(party);
            return PartyVerdict.Done;
        }
    }

    /// <summary>A session has opened: it gets to know its user's party and invitations.</summary>
    public void OnSessionOpened(Session session)
    {
        if (Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (_byMember.TryGetValue(session.User, out var party))
            {
                PartyRoom.Enter(party, session);
                _events.Update(party, session);
            }

            foreach (var inviting in _byInvited.GetValueOrDefault(session.User) ?? [])
            {
                _events.Invited(inviting, inviting.FindInvitation(session.User)!, session);
            }
        }
    }

    /// <summary>A session has ended for good. With its last one a user leaves its party.</summary>
    public void OnSessionEnded(Session session)
    {
        if (Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (_byMember.TryGetValue(session.User, out var party) && _tenant.Registry.SessionsOf(session.User).Length == 0)
            {
                RemoveMember(party, session.User, reason: default);
            }
        }
    }

    /// <summary>When something in a party is over by itself next.</summary>
    public long NextDueMs(Party party)
    {
        lock (_gate)
        {
            return party.NextDueMs;
        }
    }

    /// <summary>Ends what its time is over for.</summary>
    public void EndWhatIsOver(Party party, long nowMs)
    {
        lock (_gate)
        {
            if (_parties.ContainsKey(party.Id))
            {
                End(party, nowMs);
            }
        }
    }

    private void End(Party party, long nowMs)
    {
        if (party.NextDueMs > nowMs)
        {
            return;
        }

        for (var i = party.Invitations.Count - 1; i >= 0; i--)
        {
            var invitation = party.Invitations[i];
            if (invitation.EndsMs <= nowMs)
            {
                RemoveInvitation(party, invitation);
                _events.Closed(party, invitation.User, "expired"u8);
            }
        }

        if (party.Check is { State: ReadyState.Running } check && check.EndsMs <= nowMs)
        {
            check.State = ReadyState.TimedOut;
        }

        Tell(party);
    }

    // The party of the session's user, as it is at this moment.
    private Party? FindOwn(Session session)
    {
        if (_byMember.TryGetValue(session.User, out var party))
        {
            End(party, session.Shard.Clock.NowMs);
        }

        return party;
    }

    private Party? FindLed(Session session, out PartyVerdict refusal)
    {
        var party = FindOwn(session);
        refusal = party is null ? PartyVerdict.NoParty : PartyVerdict.NotLeader;
        return party?.Leader == session.User ? party : null;
    }

    private Party? FindInviting(Session session, string id, out PartyInvitation? invitation)
    {
        invitation = null;
        if (_parties.TryGetValue(id, out var party))
        {
            End(party, session.Shard.Clock.NowMs);
            invitation = party.FindInvitation(session.User);
        }

        return invitation is null ? null : party;
    }

    private void AddMember(Party party, string user)
    {
        party.Add(user);
        _byMember.Add(user, party);
        PartyRoom.Enter(_tenant, party, user);
    }

    private void RemoveMember(Party party, string user, ReadOnlySpan<byte> reason)
    {
        party.Remove(party.FindMember(user)!);
        _byMember.Remove(user);
        _events.Closed(party, user, reason);
        PartyRoom.Leave(_tenant, party, user);
        if (party.Members.Count > 0)
        {
            Tell(party);
        }
        else
        {
            Close(party);
        }
    }

    private void Close(Party party)
    {
        while (party.Invitations.Count > 0)
        {
            var invitation = party.Invitations[^1];
            RemoveInvitation(party, invitation);
            _events.Closed(party, invitation.User, "gone"u8);
        }

        _parties.Remove(party.Id);
        Volatile.Write(ref _count, _parties.Count);
        SetTimer(party);
    }

    private void AddInvitation(Party party, PartyInvitation invitation)
    {
        party.Add(invitation);
        if (!_byInvited.TryGetValue(invitation.User, out var parties))
        {
            _byInvited.Add(invitation.User, parties = new List<Party>(1));
        }

        parties.Add(party);
    }

    private void RemoveInvitation(Party party, PartyInvitation invitation)
    {
        party.Remove(invitation);
        var parties = _byInvited[invitation.User];
        parties.Remove(party);
        if (parties.Count == 0)
        {
            _byInvited.Remove(invitation.User);
        }
    }

    private void Tell(Party party)
    {
        _events.Update(party);
        SetTimer(party);
    }

    private static void SetTimer(Party party)
    {
        var due = party.NextDueMs;
        if (due != party.TimerMs)
        {
            party.TimerMs = due;
            party.Home.Post(party.Timer);
        }
    }
}
