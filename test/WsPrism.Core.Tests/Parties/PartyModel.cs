using WsPrism.Testing;

namespace WsPrism.Core.Tests.Parties;

/// <summary>Parties as docs/party.md tells of them, with no thought for anything but what is right. Limits are those of <see cref="Partying"/>.</summary>
internal sealed class PartyModel(ManualTime time)
{
    private readonly List<Group> _groups = [];

    public string StateOf(string user) => GroupOf(user) is { } group
        ? string.Join(' ',
        [
            .. group.Members.Select(member => member + (member == group.Leader ? "*" : "") + (group.Answers.TryGetValue(member, out var ready) ? ready ? "+" : "-" : "")),
            .. group.Invited.Select(invited => "?" + invited.User),
            .. group.Check is { } check ? new[] { check } : [],
        ])
        : "none";

    /// <summary>One of the things that a user can do: type and data, and what comes of it.</summary>
    public (string Type, string? Data, string Expected) Act(int act, string user, string other, Random random)
    {
        var mine = GroupOf(user);
        var toUser = $$"""{"user":"{{other}}"}""";
        var inviting = _groups.Where(group => group.Invited.Any(invited => invited.User == user)).ToArray();
        var chosen = inviting.Length > 0 ? inviting[random.Next(inviting.Length)] : null;
        var toParty = $$"""{"party":"{{chosen?.RealId ?? "nothing"}}"}""";
        return act switch
        {
            // Were everybody in a party of its own, nobody could come into another one.
            4 when _groups.Count < 3 => ("create", null, Create(user)),
            4 => ("leave", null, mine is null ? "NOT_IN_ROOM" : Leave(mine, user)),
            5 or 6 or 13 or 14 or 15 => ("invite", toUser, Led(mine, user) ?? Invite(mine!, other)),
            7 or 8 or 16 or 17 => ("accept", toParty, mine is not null ? "NOT_ALLOWED" : chosen is null ? "NOT_ALLOWED" : Accept(chosen, user)),
            9 => ("decline", toParty, chosen is null ? "NOT_ALLOWED" : Decline(chosen, user)),
            10 => random.Next(3) == 0 ? ("leave", null, mine is null ? "NOT_IN_ROOM" : Leave(mine, user)) : ("promote", toUser, Led(mine, user) ?? Promote(mine!, other)),
            11 => ("kick", toUser, Led(mine, user) ?? Kick(mine!, user, other)),
            _ => Ready(mine, user, random.Next(4) > 0),
        };
    }

    /// <summary>What the gateway calls the party that the user has made.</summary>
    public void Name(string user, string id) => GroupOf(user)!.RealId = id;

    public void Gone(string user)
    {
        if (GroupOf(user) is { } group)
        {
            Leave(group, user);
        }
    }

    public void Expire()
    {
        foreach (var group in _groups)
        {
            group.Invited.RemoveAll(invited => invited.EndsMs <= time.NowMs);
            if (group.Check == "running" && group.CheckEndsMs <= time.NowMs)
            {
                group.Check = "timed_out";
            }
        }
    }

    private Group? GroupOf(string user) => _groups.Find(group => group.Members.Contains(user));

    private static string? Led(Group? group, string user) => group is null ? "NOT_IN_ROOM" : group.Leader != user ? "NOT_ALLOWED" : null;

    private string Create(string user)
    {
        if (GroupOf(user) is not null)
        {
            return "NOT_ALLOWED";
        }

        _groups.Add(new Group { Leader = user, Members = [user] });
        return "ack";
    }

    private string Invite(Group group, string other)
    {
        if (group.Members.Contains(other))
        {
            return "NOT_ALLOWED";
        }

        if (group.Members.Count >= 3)
        {
            return "RESOURCE_EXHAUSTED";
        }

        var at = group.Invited.FindIndex(invited => invited.User == other);
        if (at >= 0)
        {
            group.Invited[at] = (other, time.NowMs + Partying.InviteTtlMs);
            return "ack";
        }

        if (group.Invited.Count >= 3 || _groups.Count(one => one.Invited.Any(invited => invited.User == other)) >= 2)
        {
            return "RESOURCE_EXHAUSTED";
        }

        group.Invited.Add((other, time.NowMs + Partying.InviteTtlMs));
        return "ack";
    }

    private static string Accept(Group group, string user)
    {
        if (group.Members.Count >= 3)
        {
            return "RESOURCE_EXHAUSTED";
        }

        group.Invited.RemoveAll(invited => invited.User == user);
        group.Members.Add(user);
        group.EndCheck();
        return "ack";
    }

    private static string Decline(Group group, string user)
    {
        group.Invited.RemoveAll(invited => invited.User == user);
        return "ack";
    }

    private string Leave(Group group, string user)
    {
        group.Members.Remove(user);
        group.Answers.Remove(user);
        if (group.Members.Count == 0)
        {
            _groups.Remove(group);
            return "ack";
        }

        if (group.Leader == user)
        {
            group.Leader = group.Members[0];
        }

        group.EndCheck();
        return "ack";
    }

    private static string Promote(Group group, string other)
    {
        if (!group.Members.Contains(other))
        {
            return "NOT_ALLOWED";
        }

        group.Leader = other;
        return "ack";
    }

    private string Kick(Group group, string user, string other)
    {
        if (user == other)
        {
            return "NOT_ALLOWED";
        }

        return group.Members.Contains(other) ? Leave(group, other) : group.Invited.RemoveAll(invited => invited.User == other) > 0 ? "ack" : "NOT_ALLOWED";
    }

    private (string, string?, string) Ready(Group? group, string user, bool isReady)
    {
        var data = isReady ? null : """{"ready":false}""";
        if (group is null)
        {
            return ("ready", data, "NOT_IN_ROOM");
        }

        if (group.Check != "running")
        {
            if (!isReady || group.Leader != user)
            {
                return ("ready", data, "NOT_ALLOWED");
            }

            group.Answers.Clear();
            (group.Check, group.CheckEndsMs) = ("running", time.NowMs + Partying.ReadyMs);
        }

        group.Answers[user] = isReady;
        group.Check = !isReady ? "declined" : group.Answers.Count == group.Members.Count ? "passed" : "running";
        return ("ready", data, "ack");
    }

    private sealed class Group
    {
        public required string Leader { get; set; }

        public required List<string> Members { get; init; }

        /// <summary>What the gateway calls it.</summary>
        public string? RealId { get; set; }

        public List<(string User, long EndsMs)> Invited { get; } = [];

        public Dictionary<string, bool> Answers { get; } = [];

        public string? Check { get; set; }

        public long CheckEndsMs { get; set; }

        public void EndCheck()
        {
            if (Check == "running")
            {
                Check = "cancelled";
            }
            else
            {
                Check = null;
                Answers.Clear();
            }
        }
    }
}
