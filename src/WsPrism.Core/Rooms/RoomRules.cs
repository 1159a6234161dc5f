using WsPrism.Core.Configuration;

namespace WsPrism.Core.Rooms;

/// <summary>A tenant's <c>rooms</c> rules, compiled: the first whose pattern matches a name is the room's rule. Immutable.</summary>
internal sealed class RoomRules
{
    private readonly (string Prefix, bool IsExact, RoomRule Rule)[] _rules;

    public RoomRules(IReadOnlyList<RoomRuleConfig> rules) =>
        _rules = [.. rules.Select(rule => (rule.Match.TrimEnd('*'), !rule.Match.EndsWith('*'), new RoomRule(rule)))];

    public RoomRule For(string room)
    {
        foreach (var (prefix, isExact, rule) in _rules)
        {
            if (isExact ? room == prefix : room.StartsWith(prefix, StringComparison.Ordinal))
            {
                return rule;
            }
        }

        return RoomRule.Default;
    }
}
