using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Rooms;

/// <summary>A tenant's <c>rooms</c> rules, compiled: the first whose pattern matches a name is the room's rule. Immutable.</summary>
internal sealed class RoomRules
{
    private readonly (string Prefix, bool IsExact, RoomRule Rule)[] _rules;

    public RoomRules(IReadOnlyList<RoomRuleConfig> rules)
    {
        _rules = [.. rules.Select(rule => (rule.Match.TrimEnd('*'), !rule.Match.EndsWith('*'), new RoomRule(rule)))];
        HaveHistory = _rules.Any(rule => rule.Rule.History.IsOn);
    }

    /// <summary>True where some rooms have a history.</summary>
    public bool HaveHistory { get; }

    /// <summary>False where the room's rule keeps this client out.</summary>
    public bool MayJoin(ReadOnlySpan<char> room, Identity identity) => For(room).Join switch
    {
        RoomJoinRule.Any => true,
        RoomJoinRule.Ticket => identity.Rooms?.Contains(room) == true,
        _ => false,
    };

    public RoomRule For(ReadOnlySpan<char> room)
    {
        foreach (var (prefix, isExact, rule) in _rules)
        {
            if (isExact ? room.SequenceEqual(prefix) : room.StartsWith(prefix, StringComparison.Ordinal))
            {
                return rule;
            }
        }

        return RoomRule.Default;
    }
}
