using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Parties;

/// <summary>Where a party is.</summary>
/// <param name="Party">Its id.</param>
/// <param name="Room">Its room; the gateway keeps its members in it.</param>
public sealed record PartyPlace(string Party, string Room);

/// <summary>This user may come in.</summary>
/// <param name="Party">The party's id.</param>
/// <param name="From">Who leads it.</param>
/// <param name="ExpiresAt">Until when, by the gateway's clock.</param>
public sealed record PartyInvitation(string Party, string From, DateTimeOffset ExpiresAt);

/// <summary>The party, or the invitation, is over for this user.</summary>
/// <param name="Party">The party's id.</param>
/// <param name="Reason"><c>left</c>, <c>kicked</c>, <c>declined</c>, <c>expired</c>, <c>withdrawn</c> or <c>gone</c>.</param>
public sealed record PartyClosed(string Party, string Reason);

/// <summary>A member of a party.</summary>
/// <param name="User">The user.</param>
/// <param name="Ready">What it answered to the ready check; null where it has not.</param>
public sealed record PartyMember(string User, bool? Ready);

/// <summary>The whole of a party: show the last one and forget the one before. Immutable.</summary>
public sealed class PartyState
{
    internal PartyState(JsonElement data)
    {
        Party = data.TextOf("party") ?? string.Empty;
        Room = data.TextOf("room") ?? string.Empty;
        Version = data.NumberOf("version", long.MaxValue);
        Leader = data.TextOf("leader") ?? string.Empty;
        MaxSize = (int)data.NumberOf("max_size", int.MaxValue);
        Members = [.. data.ListOf("members").Select(MemberOf)];
        Invited = [.. data.ListOf("invited").Select(user => user.Text()).OfType<string>()];
        ReadyCheck = data.Get("ready_check").TextOf("state");
        ReadyCheckEndsAt = ReadyCheck is null ? null : data.Get("ready_check").TimeOf("ends_at_ms");
    }

    /// <summary>The party's id.</summary>
    public string Party { get; }

    /// <summary>Its room.</summary>
    public string Room { get; }

    /// <summary>Grows by one with each change.</summary>
    public ulong Version { get; }

    /// <summary>Who leads it.</summary>
    public string Leader { get; }

    /// <summary>How many may be in it.</summary>
    public int MaxSize { get; }

    /// <summary>The members, in the order in which they came.</summary>
    public IReadOnlyList<PartyMember> Members { get; }

    /// <summary>Who is invited.</summary>
    public IReadOnlyList<string> Invited { get; }

    /// <summary><c>running</c>, <c>passed</c>, <c>declined</c>, <c>timed_out</c> or <c>cancelled</c>; null where there was no check.</summary>
    public string? ReadyCheck { get; }

    /// <summary>When the check ends or ended, by the gateway's clock.</summary>
    public DateTimeOffset? ReadyCheckEndsAt { get; }

    private static PartyMember MemberOf(JsonElement entry) => new(entry.TextOf("user") ?? string.Empty, entry.Get("ready").ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null
    });
}
