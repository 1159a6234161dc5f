namespace WsPrism.Core.Configuration;

/// <summary>One entry of <c>tenants</c>.</summary>
public sealed record TenantConfig
{
    /// <summary>Name of the tenant, <c>[a-z0-9][a-z0-9_-]{0,63}</c>, unique in the file.</summary>
    public required string Id { get; init; }

    /// <summary>How clients prove who they are.</summary>
    public AuthConfig Auth { get; init; } = new();

    /// <summary>Keys of the server API that reach this tenant alone; several are valid at once.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>What the tenant and each of its sessions may hold.</summary>
    public LimitsConfig Limits { get; init; } = new();

    /// <summary>What clients may send, and how fast.</summary>
    public PolicyConfig Policy { get; init; } = new();

    /// <summary>How long a session outlives its connection, and what it may hold meanwhile.</summary>
    public ResumeConfig Resume { get; init; } = new();

    /// <summary>Rules for rooms by name; the first match wins, no match takes the defaults.</summary>
    public IReadOnlyList<RoomRuleConfig> Rooms { get; init; } = [];

    /// <summary>The instruments of the <c>market</c> service.</summary>
    public MarketConfig Market { get; init; } = new();

    /// <summary>Bounds of the users' parties.</summary>
    public PartyConfig Party { get; init; } = new();

    /// <summary>What handles messages.</summary>
    public ServicesConfig Services { get; init; } = new();
}

/// <summary>The <c>auth</c> section of a tenant.</summary>
public sealed record AuthConfig
{
    /// <summary>Fixed tickets for development: ticket to user; <c>"load-*": "user:load-*"</c> matches by prefix. Refused in production.</summary>
    public IReadOnlyDictionary<string, string> DevTickets { get; init; } = new Dictionary<string, string>();

    /// <summary>Tickets signed by the tenant's own backend; null for none.</summary>
    public JwtConfig? Jwt { get; init; }

    /// <summary>Tickets that the backend mints through the server API, spent once.</summary>
    public OneTimeConfig OneTime { get; init; } = new();

    /// <summary>The backend that decides on all other tickets; null for none.</summary>
    public AuthWebhookConfig? Webhook { get; init; }

    /// <summary>Values of <c>Origin</c> that may connect; empty lets any.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];
}

/// <summary>The <c>auth.one_time</c> section.</summary>
public sealed record OneTimeConfig
{
    /// <summary>Time to spend a ticket, where the backend asks for no other; 1 to 3,600,000 ms.</summary>
    public int TtlMs { get; init; } = 30_000;
}

/// <summary>The <c>auth.webhook</c> section.</summary>
public sealed record AuthWebhookConfig
{
    /// <summary>Who is asked, by POST.</summary>
    public string Url { get; init; } = string.Empty;

    /// <summary>Time for an answer, waiting for a turn included; 50 to 9,000 ms.</summary>
    public int TimeoutMs { get; init; } = 2_000;

    /// <summary>Questions under way at once; others wait for their turn. 1 to 1,024.</summary>
    public int MaxInFlight { get; init; } = 64;
}

/// <summary>The <c>limits</c> section of a tenant; 0 is unlimited where it says so.</summary>
public sealed record LimitsConfig
{
    /// <summary>Longest message from a client, fragments added up; 1 to 16,777,216 bytes.</summary>
    public int MaxFrameBytes { get; init; } = 4_096;

    /// <summary>Sessions of the tenant at once; 0 is unlimited.</summary>
    public int MaxSessionsTotal { get; init; }

    /// <summary>Rooms of the tenant at once; 0 is unlimited.</summary>
    public int MaxRoomsTotal { get; init; }

    /// <summary>Users in one room at once; 0 is unlimited.</summary>
    public int MaxUsersPerRoom { get; init; }

    /// <summary>Rooms that one user is in at once, all of its sessions together; 0 is unlimited.</summary>
    public int MaxRoomsPerUser { get; init; }

    /// <summary>Rooms whose history is kept at once, beside those that somebody is in; 0 is unlimited.</summary>
    public int MaxHistoryRooms { get; init; } = 10_000;

    /// <summary>Memory that the histories of all rooms take together; 65,536 to 2,147,483,647 bytes.</summary>
    public int MaxHistoryBytes { get; init; } = 67_108_864;

    /// <summary>Bounds of a session's delivery queue.</summary>
    public OutboundConfig Outbound { get; init; } = new();
}

/// <summary>The <c>limits.outbound</c> section: what may wait for one slow session.</summary>
public sealed record OutboundConfig
{
    /// <summary>Envelopes that may wait; 1 to 1,000,000.</summary>
    public int ExtMessages { get; init; } = 1_024;

    /// <summary>Bytes of envelopes that may wait; 1,024 to 1,073,741,824.</summary>
    public int ExtBytes { get; init; } = 1_048_576;

    /// <summary>Keys whose latest lossy Hot frame may wait; 1 to 65,536.</summary>
    public int HotMaxKeys { get; init; } = 256;

    /// <summary>Bytes of reliable Hot frames that may wait; 1,024 to 1,073,741,824.</summary>
    public int HotReliableBytes { get; init; } = 262_144;

    /// <summary>Bytes a second to one session, of which only lossy Hot frames wait for their turn; 0 is unlimited.</summary>
    public int MaxBytesPerS { get; init; }
}

/// <summary>The <c>policy</c> section of a tenant.</summary>
public sealed record PolicyConfig
{
    /// <summary><c>enforce</c>, or <c>shadow</c>: decide, count and log, but let pass.</summary>
    public PolicyMode Mode { get; init; } = PolicyMode.Enforce;

    /// <summary>Messages a second; at least 1.</summary>
    public int RateLimitRps { get; init; } = 200;

    /// <summary>Messages at once; at least 1.</summary>
    public int RateLimitBurst { get; init; } = 400;

    /// <summary>Whose messages share a bucket.</summary>
    public RateLimitScope RateLimitScope { get; init; } = RateLimitScope.Connection;

    /// <summary>Hot frames a second from a bucket of their own; 0 takes them from the common one.</summary>
    public int HotRateLimitRps { get; init; }

    /// <summary>What may be sent on the Ext lane: <c>svc:type</c> or <c>svc:*</c>; empty denies all.</summary>
    public IReadOnlyList<string> ExtAllowlist { get; init; } = [];

    /// <summary>What may be sent on the Hot lane: <c>svc_id:opcode</c> or <c>svc_id:*</c>, decimal; empty denies all.</summary>
    public IReadOnlyList<string> HotAllowlist { get; init; } = [];

    /// <summary>How a refused Hot frame is answered.</summary>
    public HotErrorMode HotErrorMode { get; init; } = HotErrorMode.SysError;

    /// <summary>True refuses a Hot frame of a session with no active room (and no ROOM field) before any service sees it.</summary>
    public bool HotRequiresActiveRoom { get; init; } = true;

    /// <summary>What happens when a session's envelopes overflow their bound.</summary>
    public SlowConsumerRule SlowConsumer { get; init; } = SlowConsumerRule.Disconnect;

    /// <summary>How many sessions a user may have.</summary>
    public SessionPolicyConfig Sessions { get; init; } = new();

    /// <summary>When refusals close the session.</summary>
    public ViolationsConfig Violations { get; init; } = new();

    /// <summary>True negotiates permessage-deflate (RFC 7692) with clients that offer it.</summary>
    public bool Compression { get; init; }
}

/// <summary>The <c>policy.sessions</c> section.</summary>
public sealed record SessionPolicyConfig
{
    /// <summary>One session per user, or several.</summary>
    public SessionMode Mode { get; init; } = SessionMode.Multi;

    /// <summary>Sessions of one user at once; 1 where <see cref="Mode"/> is single, otherwise 1 to 1,000.</summary>
    public int MaxSessionsPerUser { get; init; } = 4;

    /// <summary>Who gives way: the newcomer or the oldest.</summary>
    public SessionExceedRule OnExceed { get; init; } = SessionExceedRule.Deny;
}

/// <summary>The <c>policy.violations</c> section.</summary>
public sealed record ViolationsConfig
{
    /// <summary>So many refusals within the window close the session with 4403; 0 is off, at most 10,000.</summary>
    public int Max { get; init; }

    /// <summary>Length of the window, 100 to 3,600,000 ms.</summary>
    public int WindowMs { get; init; } = 10_000;
}

/// <summary>One entry of <c>rooms</c>.</summary>
public sealed record RoomRuleConfig
{
    /// <summary>Room names this rule is for: a name, or a prefix followed by <c>*</c>.</summary>
    public required string Match { get; init; }

    /// <summary>How Hot frames travel in these rooms.</summary>
    public RoomHotConfig Hot { get; init; } = new();

    /// <summary>True lets members have a state that all see, and tells them who joins, leaves and changes.</summary>
    public bool Presence { get; init; }

    /// <summary>False tells them nothing by itself: they ask (<c>room.members</c>).</summary>
    public bool PresenceEvents { get; init; } = true;

    /// <summary>Who may join these rooms.</summary>
    public RoomJoinRule Join { get; init; } = RoomJoinRule.Any;

    /// <summary>Which envelopes these rooms keep.</summary>
    public RoomHistoryConfig History { get; init; } = new();
}

/// <summary>The <c>history</c> section of a room rule.</summary>
public sealed record RoomHistoryConfig
{
    /// <summary>Envelopes kept; 0 is none, at most 100,000.</summary>
    public int Size { get; init; }

    /// <summary>How long an envelope is kept; 1 to 2,147,483,647 ms.</summary>
    public int TtlMs { get; init; } = 60_000;

    /// <summary>Where they are kept.</summary>
    public HistoryStoreKind Store { get; init; } = HistoryStoreKind.Memory;
}

/// <summary>Where a room's history is kept.</summary>
public enum HistoryStoreKind
{
    /// <summary>In memory: gone with the process.</summary>
    Memory,

    /// <summary>In memory and in the gateway's SQLite file, from which it is read again at start.</summary>
    Sqlite,
}

/// <summary>The <c>hot</c> section of a room rule.</summary>
public sealed record RoomHotConfig
{
    /// <summary>Ticks a second: lossy frames are held and each member gets one BATCH a tick; 0 is off, at most 240.</summary>
    public int TickHz { get; init; }

    /// <summary>How often a second one member gets one key of the lossy frames; 0 is unlimited, at most 1,000.</summary>
    public int MaxHz { get; init; }

    /// <summary>Age from which on a lossy frame is dropped when its turn comes; 0 is never, at most 3,600,000 ms.</summary>
    public int TtlMs { get; init; }

    /// <summary>Opcodes that the <c>game</c> service relays as reliable, whatever the sender's flags say.</summary>
    public IReadOnlyList<int> ReliableOpcodes { get; init; } = [];

    /// <summary>True gives who joins the latest lossy state of every key of the room.</summary>
    public bool Snapshot { get; init; } = true;

    /// <summary>The opcode of the frame that tells the others that a member of the game has left; 0 to 255, -1 tells nobody.</summary>
    public int LeaveOpcode { get; init; } = 255;
}

/// <summary>The <c>party</c> section of a tenant.</summary>
public sealed record PartyConfig
{
    /// <summary>Parties of the tenant at once; 0 to 1,000,000, 0 is none.</summary>
    public int MaxParties { get; init; } = 10_000;

    /// <summary>Users in one party; 2 to 100.</summary>
    public int MaxSize { get; init; } = 8;

    /// <summary>Invitations of one party that wait for an answer; 1 to 100.</summary>
    public int MaxInvites { get; init; } = 16;

    /// <summary>Invitations to one user that wait for an answer; 1 to 100.</summary>
    public int MaxInvitesPerUser { get; init; } = 16;

    /// <summary>How long an invitation can be accepted; 1,000 to 3,600,000 ms.</summary>
    public int InviteTtlMs { get; init; } = 60_000;

    /// <summary>How long members have for a ready check; 1,000 to 600,000 ms.</summary>
    public int ReadyMs { get; init; } = 30_000;
}

/// <summary>The <c>services</c> section of a tenant.</summary>
public sealed record ServicesConfig
{
    /// <summary>Hot services by <c>svc_id</c>: <c>game</c>, <c>market</c>, <c>echo</c>, or one of <see cref="Ext"/> with kind rpc or native.</summary>
    public IReadOnlyDictionary<int, string> Hot { get; init; } = new Dictionary<int, string> { [1] = "game", [2] = "market", [250] = "echo" };

    /// <summary>Services of the Ext lane beyond the built-in ones.</summary>
    public IReadOnlyList<ExtServiceConfig> Ext { get; init; } = [];

    /// <summary>Services of kind wasm that see each envelope before its service does, in this order.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>What the backend is told of; null for nothing.</summary>
    public EventsConfig? Events { get; init; }
}

/// <summary>Values of <c>policy.mode</c>.</summary>
public enum PolicyMode
{
    /// <summary>Refuse what the policy refuses.</summary>
    Enforce,

    /// <summary>Decide, count and log, but let pass.</summary>
    Shadow,
}

/// <summary>Values of <c>policy.rate_limit_scope</c>.</summary>
public enum RateLimitScope
{
    /// <summary>One bucket for each connection.</summary>
    Connection,

    /// <summary>One bucket for the whole tenant.</summary>
    Tenant,

    /// <summary>Both: a message needs a token of each.</summary>
    Both,
}

/// <summary>Values of <c>policy.hot_error_mode</c>.</summary>
public enum HotErrorMode
{
    /// <summary>Answer with <c>sys.error</c> on the Ext lane.</summary>
    SysError,

    /// <summary>Only count.</summary>
    Silent,
}

/// <summary>Values of <c>policy.slow_consumer</c>.</summary>
public enum SlowConsumerRule
{
    /// <summary>Close the session with 4410.</summary>
    Disconnect,

    /// <summary>Drop the oldest waiting envelope and say so once with <c>sys.lagging</c>.</summary>
    DropOldest,
}

/// <summary>Values of <c>rooms[].join</c>.</summary>
public enum RoomJoinRule
{
    /// <summary>Everybody.</summary>
    Any,

    /// <summary>Who has the room in the list of rooms of its ticket.</summary>
    Ticket,

    /// <summary>No client by itself.</summary>
    Server,
}

/// <summary>Values of <c>policy.sessions.mode</c>.</summary>
public enum SessionMode
{
    /// <summary>Up to <c>max_sessions_per_user</c>.</summary>
    Multi,

    /// <summary>One session per user.</summary>
    Single,
}

/// <summary>Values of <c>policy.sessions.on_exceed</c>.</summary>
public enum SessionExceedRule
{
    /// <summary>The newcomer is closed with 4409.</summary>
    Deny,

    /// <summary>The user's oldest session is closed with 4408.</summary>
    KickOldest,
}
