using WsPrism.Core.Configuration;
using WsPrism.Core.Rooms.History;

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

        TickHz = config.Hot.TickHz;
        MaxHz = config.Hot.MaxHz;
        Join = config.Join;
        TtlNs = config.Hot.TtlMs * 1_000_000L;
        HasSnapshot = config.Hot.Snapshot;
        LeaveOpcode = config.Hot.LeaveOpcode;
        HasPresence = config.Presence;
        TellsPresence = config.Presence && config.PresenceEvents;
        History = new HistoryRule(config.History.Size, config.History.TtlMs, config.History.Store == HistoryStoreKind.Sqlite);
    }

    /// <summary>Ticks a second, 0 where frames go at once.</summary>
    public int TickHz { get; }

    /// <summary>How often a second a member gets one key, 0 for any number.</summary>
    public int MaxHz { get; }

    /// <summary>Who may join.</summary>
    public RoomJoinRule Join { get; }

    /// <summary>True where members have a state that they show each other.</summary>
    public bool HasPresence { get; }

    /// <summary>True where members are told who comes, goes and changes.</summary>
    public bool TellsPresence { get; }

    /// <summary>How old a lossy frame may grow, 0 for any age.</summary>
    public long TtlNs { get; }

    /// <summary>True where who joins gets the latest lossy states.</summary>
    public bool HasSnapshot { get; }

    /// <summary>The opcode that tells of a member of the game who leaves; negative where nobody is told.</summary>
    public int LeaveOpcode { get; }

    /// <summary>What the room keeps of envelopes.</summary>
    public HistoryRule History { get; }

    /// <summary>True where lossy frames do not simply go from the publisher into the members' queues.</summary>
    public bool ShapesLossy => (TickHz | MaxHz) != 0 || TtlNs != 0;

    public bool IsReliable(byte opcode) => _reliable[opcode];
}
