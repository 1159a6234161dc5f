using WsPrism.Core.Configuration;

namespace WsPrism.Core.Rooms;

/// <summary>One compiled room rule. Immutable.</summary>
internal sealed class RoomRule
{
    /// <summary>The rule of rooms that no rule matches.</summary>
    public static readonly RoomRule Default = new(new RoomRuleConfig { Match = "*" });

    private readonly bool[] _reliable = new bool[256];

    public RoomRule(RoomRuleConfig config)
    {
        foreach (var opcode in config.Hot.ReliableOpcodes)
        {
            _reliable[opcode] = true;
        }
    }

    public bool IsReliable(byte opcode) => _reliable[opcode];
}
