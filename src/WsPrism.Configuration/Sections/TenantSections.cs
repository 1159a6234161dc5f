using WsPrism.Configuration.Description;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Configuration.Sections;

/// <summary>One entry of <c>tenants</c> and what is below it.</summary>
internal static class TenantSections
{
    private static readonly IntSpec Unlimited = new(0, int.MaxValue);

    private static readonly IntSpec AtLeastOne = new(1, int.MaxValue);

    private static readonly SectionSpec<JwtKeyConfig> JwtKey = new SectionSpec<JwtKeyConfig>()
        .Key(x => x.Kid, Texts.KeyId, "Name of the key, as the `kid` of a ticket's header has it; unique in the list.", required: true)
        .Key(
            x => x.Alg,
            new ChoiceSpec<JwtAlgorithm>([.. Enum.GetValues<JwtAlgorithm>().Select(algorithm => ($"{algorithm}", algorithm))]),
            "The one algorithm that the key is for.",
            required: true)
        .Key(x => x.Secret!, Texts.Secret, "What gateway and issuer share, for HS256, HS384 and HS512: at least 32, 48 or 64 bytes, taken as they are written.")
        .Key(x => x.PublicKeyFile, new PemFileSpec(), "The issuer's public key for RS256, PS256 (RSA, 2,048 to 8,192 bits) and ES256 (P-256).")
        .Rule(TenantRules.JwtKeyFitsItsAlgorithm);

    private static readonly SectionSpec<JwtConfig> Jwt = new SectionSpec<JwtConfig>()
        .Key(
            x => x.Keys,
            new ListSpec<JwtKeyConfig>(JwtKey) { Max = 32, Identity = key => key.Kid, IdentityKey = "kid" },
            "Keys that tickets may be signed with; several at once for rotation. They come before published ones of the same name.")
        .Key(
            x => x.JwksUrl,
            Texts.HttpUrlOrNone,
            "Where the issuer publishes its public keys as a JWK Set (RFC 7517). Keys of the list, or this, or both. While it cannot be read the keys read last go on.")
        .Key(x => x.JwksRefreshMs, new IntSpec(10_000, 86_400_000), "How often the published keys are read again; a ticket with an unknown `kid` has them read in between, at most every 10 s.")
        .Key(
            x => x.MaxTtlMs,
            new IntSpec(0, int.MaxValue),
            "Longest life of a ticket, from `iat`, which is required then, to `exp`; 0 asks for nothing. Revocations are remembered so long, with 0 until the process ends.")
        .Key(x => x.Issuer, Texts.ClaimValue, "What `iss` must be; empty asks for nothing.")
        .Key(x => x.Audience, Texts.ClaimValue, "What `aud` must be, or hold; empty asks for nothing.")
        .Key(x => x.UserClaim, Texts.ClaimName, "The claim that names the user.")
        .Key(x => x.ClockSkewMs, new IntSpec(0, 600_000), "How far the clocks of issuer and gateway may differ: a ticket is good for so long before `nbf` and after `exp`.")
        .Rule(TenantRules.JwtHasKeys);

    private static readonly SectionSpec<OneTimeConfig> OneTime = new SectionSpec<OneTimeConfig>()
        .Key(x => x.TtlMs, new IntSpec(1, OneTimeTickets.MaxTtlMs), "Time to spend a ticket, where the backend asks for no other. The session lives on.");

    private static readonly SectionSpec<AuthWebhookConfig> AuthWebhook = new SectionSpec<AuthWebhookConfig>()
        .Key(x => x.Url, Texts.HttpUrl, "Who is asked, by POST.", required: true)
        .Key(x => x.TimeoutMs, new IntSpec(50, 9_000), "Time for an answer, waiting for a turn included.")
        .Key(x => x.MaxInFlight, new IntSpec(1, 1_024), "Questions under way at once; others wait for their turn.")
        .Rule(TenantRules.WebhookIsPrivate);

    private static readonly SectionSpec<AuthConfig> Auth = new SectionSpec<AuthConfig>()
        .Key(
            x => x.DevTickets,
            new MapSpec<string, string>(MapKey.Text(Texts.Ticket), Texts.User) { SecretKeys = true, Check = TenantRules.DevTicketPrefixes },
            "Fixed tickets for development, ticket to user; `\"load-*\": \"user:load-*\"` matches by prefix. Refused where `gateway.production` is true.", taking: Taking.ForNewcomers)
        .Key(x => x.Jwt!, Jwt, "Tickets that the tenant's own backend signs (RFC 7519).", taking: Taking.ForNewcomers)
        .Key(x => x.OneTime, OneTime, "Tickets that the backend mints through the server API (`POST /tickets`), each spent once.", taking: Taking.ForNewcomers)
        .Key(x => x.Webhook!, AuthWebhook, "The backend that decides on all tickets that are none of the above.", taking: Taking.ForNewcomers)
        .Key(x => x.Origins, new ListSpec<string>(Texts.Origin), "Values of `Origin` that may connect; empty lets any.", taking: Taking.ForNewcomers);

    private static readonly SectionSpec<OutboundConfig> Outbound = new SectionSpec<OutboundConfig>()
        .Key(x => x.ExtMessages, new IntSpec(1, 1_000_000), "Envelopes that may wait.")
        .Key(x => x.ExtBytes, new IntSpec(1_024, 1_073_741_824), "Bytes of envelopes that may wait.")
        .Key(x => x.HotMaxKeys, new IntSpec(1, 65_536), "Keys whose latest lossy Hot frame may wait.")
        .Key(x => x.HotReliableBytes, new IntSpec(1_024, 1_073_741_824), "Bytes of reliable Hot frames that may wait.")
        .Key(x => x.MaxBytesPerS, Unlimited, "Bytes a second to one session: all count, only lossy Hot frames wait; 0 is unlimited.");

    private static readonly SectionSpec<LimitsConfig> Limits = new SectionSpec<LimitsConfig>()
        .Key(x => x.MaxFrameBytes, new IntSpec(1, 16_777_216), "Longest message from a client, fragments added up. A session keeps what `sys.authed` told it.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxSessionsTotal, Unlimited, "Sessions of the tenant at once; 0 is unlimited.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxRoomsTotal, Unlimited, "Rooms of the tenant at once; 0 is unlimited.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxUsersPerRoom, Unlimited, "Users in one room at once; 0 is unlimited.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxRoomsPerUser, Unlimited, "Rooms that one user is in at once, all of its sessions together; 0 is unlimited.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxHistoryRooms, Unlimited, "Rooms that nobody is in whose history is kept; beyond it that of the room published to longest ago is forgotten; 0 is unlimited.")
        .Key(x => x.MaxHistoryBytes, new IntSpec(65_536, int.MaxValue), "Memory of all histories together; beyond it the messages of the rooms published to longest ago go first.")
        .Key(x => x.Outbound, Outbound, "What may wait for one slow session.");

    private static readonly SectionSpec<SessionPolicyConfig> Sessions = new SectionSpec<SessionPolicyConfig>()
        .Key(x => x.Mode, ChoiceSpec.Of<SessionMode>(), "Several sessions per user, or one.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxSessionsPerUser, new IntSpec(1, 1_000), "Sessions of one user at once; with `mode: single` 1, which is then the default too.", taking: Taking.ForNewcomers)
        .Key(x => x.OnExceed, ChoiceSpec.Of<SessionExceedRule>(), "Who gives way: the newcomer (4409) or the user's oldest session (4408).", taking: Taking.ForNewcomers)
        .Rule(TenantRules.SingleMeansOne);

    private static readonly SectionSpec<ViolationsConfig> Violations = new SectionSpec<ViolationsConfig>()
        .Key(x => x.Max, new IntSpec(0, 10_000), "So many refusals within the window close the session with 4403; 0 is off.")
        .Key(x => x.WindowMs, new IntSpec(100, 3_600_000), "Length of the window.");

    private static readonly SectionSpec<PolicyConfig> Policy = new SectionSpec<PolicyConfig>()
        .Key(x => x.Mode, ChoiceSpec.Of<PolicyMode>(), "`shadow` decides, counts and logs, but lets pass.")
        .Key(x => x.RateLimitRps, AtLeastOne, "Messages a second.")
        .Key(x => x.RateLimitBurst, AtLeastOne, "Messages at once.")
        .Key(x => x.RateLimitScope, ChoiceSpec.Of<RateLimitScope>(), "Whose messages share a bucket; `both` needs a token of each. Both lanes count.")
        .Key(x => x.HotRateLimitRps, Unlimited, "Hot frames a second from a bucket of their own; 0 takes them from the common one.")
        .Key(x => x.ExtAllowlist, new ListSpec<string>(Texts.ExtAllow), "What may be sent on the Ext lane; empty denies all.")
        .Key(x => x.HotAllowlist, new ListSpec<string>(Texts.HotAllow), "What may be sent on the Hot lane; empty denies all.")
        .Key(x => x.HotErrorMode, ChoiceSpec.Of<HotErrorMode>(), "A refused Hot frame is answered with `sys.error`, or only counted.")
        .Key(x => x.HotRequiresActiveRoom, new BoolSpec(), "True refuses a Hot frame of a session with no active room (and no ROOM field) before any service sees it.")
        .Key(x => x.SlowConsumer, ChoiceSpec.Of<SlowConsumerRule>(), "When waiting envelopes overflow: close with 4410, or drop the oldest and say so with `sys.lagging`.")
        .Key(x => x.Sessions, Sessions, "How many sessions a user may have.")
        .Key(x => x.Violations, Violations, "When refusals close the session.")
        .Key(x => x.Compression, new BoolSpec(), "True negotiates permessage-deflate with clients that offer it.", taking: Taking.ForNewcomers);

    private static readonly SectionSpec<ResumeConfig> Resume = new SectionSpec<ResumeConfig>()
        .Key(x => x.WindowMs, new IntSpec(0, 86_400_000), "How long a session waits for its client to come back; 0 is off. A change is for sessions that lose their connection from then on; one that began with 0 cannot be resumed.")
        .Key(x => x.BufferBytes, new IntSpec(1_024, 1_073_741_824), "Bytes of envelopes kept for one session: the last that it was sent and, while it waits, those that it was not.")
        .Key(x => x.TotalBytes, new IntSpec(1_024, int.MaxValue), "The same for all sessions of the tenant together; an envelope that several sessions keep counts once.");

    private static readonly SectionSpec<RoomHotConfig> RoomHot = new SectionSpec<RoomHotConfig>()
        .Key(x => x.TickHz, new IntSpec(0, 240), "Ticks a second: lossy frames are held, and each member gets one BATCH a tick with the latest state of every changed key; 0 is off.")
        .Key(x => x.MaxHz, new IntSpec(0, 1_000), "How often a second one member gets one key of the lossy frames, or with `tick_hz` a BATCH; 0 is unlimited.")
        .Key(x => x.TtlMs, new IntSpec(0, 3_600_000), "A lossy frame older than this is dropped when its turn comes; 0 is never.")
        .Key(x => x.ReliableOpcodes, new ListSpec<int>(new IntSpec(0, 255)), "Opcodes that the `game` service relays as reliable, whatever the sender's flags say.")
        .Key(x => x.Snapshot, new BoolSpec(), "True gives who joins the latest lossy state of every key of the room, `hot_max_keys` at most.")
        .Key(x => x.LeaveOpcode, new IntSpec(-1, 255), "When a member leaves that sent frames to `game` here, the others get an empty RELIABLE frame with SENDER and this opcode; -1 tells nobody.");

    private static readonly SectionSpec<RoomHistoryConfig> RoomHistory = new SectionSpec<RoomHistoryConfig>()
        .Key(x => x.Size, new IntSpec(0, 100_000), "Envelopes that a room keeps, the latest ones; 0 keeps none.")
        .Key(x => x.TtlMs, AtLeastOne, "How long it keeps one.")
        .Key(x => x.Store, ChoiceSpec.Of<HistoryStoreKind>(), "`memory` is gone with the process; `sqlite` is in `gateway.history.path` too, written before anybody gets a message.");

    private static readonly SectionSpec<RoomRuleConfig> Room = new SectionSpec<RoomRuleConfig>()
        .Key(x => x.Match, Texts.RoomMatch, "Room names this rule is for: a name, or a prefix followed by `*`.", required: true)
        .Key(x => x.Hot, RoomHot, "How Hot frames travel in these rooms.")
        .Key(x => x.Presence, new BoolSpec(), "True tells members who joins, leaves and changes, and lets each show the others a small state (`room.state`).")
        .Key(x => x.PresenceEvents, new BoolSpec(), "False tells them nothing by itself, for large rooms: they ask, with `room.members`; counts are told as ever.")
        .Key(x => x.Join, ChoiceSpec.Of<RoomJoinRule>(), "Who may join: everybody, who has the room in the ticket's list `rooms`, or no client by itself.")
        .Key(x => x.History, RoomHistory, "What these rooms remember of envelopes published to them.");

    private static readonly SectionSpec<ExtServiceConfig> ExtService = new SectionSpec<ExtServiceConfig>()
        .Key(x => x.Name, Texts.ServiceName, "The `svc` that routes to it; not a built-in one's.", required: true)
        .Key(
            x => x.Kind,
            ChoiceSpec.Of<ExtServiceKind>(),
            "What handles its messages: `webhook` posts each to a URL, `rpc` gives each to a worker of the backend that has connected in, `script` runs Lua, `wasm` a WebAssembly module, `native` a .NET assembly.",
            required: true)
        .Key(x => x.Url!, Texts.Url, "`webhook`: where messages are posted to. Nothing else is called: redirects are not followed.")
        .Key(x => x.Secret!, Texts.WebhookSecret, "`webhook`: what requests are signed with (Standard Webhooks).")
        .Key(x => x.PreviousSecret!, Texts.WebhookSecret, "`webhook`: the secret before, while receivers change: requests then carry both signatures.")
        .Key(x => x.TimeoutMs, new IntSpec(100, 60_000), "`webhook`, `rpc`, `script`, `wasm`: from a message's arrival to its answer, with all that lies between; then `TIMEOUT`.")
        .Key(x => x.Retries, new IntSpec(0, 10), "`webhook`: how often a request that cannot have been acted on is repeated: no connection, 429, 502, 503, 504.")
        .Key(x => x.MaxInFlight, new IntSpec(1, 10_000), "`webhook`, `script`, `wasm`: calls at once; of one session (`script`: of one room) one at a time.")
        .Key(x => x.MaxQueue, new IntSpec(0, 1_000_000), "`webhook`, `script`, `wasm`: messages that may wait for their turn; others get `SERVICE_UNAVAILABLE`.")
        .Key(x => x.File!, new PluginFileSpec(), "`script`, `wasm`: the script (Lua 5.4) or the module. A change of the file is taken in like one of the configuration.")
        .Key(x => x.Assembly!, new PluginFileSpec(), "`native`: the assembly; what it depends on lies beside it. A change of the file is taken in like one of the configuration.")
        .Key(x => x.Class!, Texts.ClassName, "`native`: full name of the class; needed where several fit.")
        .Key(x => x.Settings, new MapSpec<string, string>(MapKey.Text(Texts.SettingName), Texts.SettingValue), "`native`: what the service is told, name by name.")
        .Key(x => x.Instructions, new IntSpec(1_000, 1_000_000_000), "`script`: instructions that one call may take.")
        .Key(x => x.MemoryBytes, new IntSpec(65_536, 1_073_741_824), "`script`: memory over all rooms; `wasm`: memory of each instance.")
        .Key(x => x.Fuel, new IntSpec(1_000, int.MaxValue), "`wasm`: fuel of one call; each instruction takes one.")
        .Key(x => x.TickMs, new IntSpec(0, 3_600_000), "`script`: how often `on_tick` runs for each room, at least every 10 ms; 0 is never.")
        .Key(x => x.Rooms, new ListSpec<string>(Texts.RoomMatch) { Min = 1, Max = 256 }, "`script`: the rooms that it is for, names or prefixes followed by `*`.")
        .Rule(ServiceRules.KeysFitTheKind)
        .Rule(TenantRules.ServiceNameIsFree);

    private static readonly SectionSpec<PartyConfig> Party = new SectionSpec<PartyConfig>()
        .Key(x => x.MaxParties, new IntSpec(0, 1_000_000), "Parties of the tenant at once; 0 is none.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxSize, new IntSpec(2, 100), "Users in one party.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxInvites, new IntSpec(1, 100), "Invitations of one party that wait for an answer.", taking: Taking.ForNewcomers)
        .Key(x => x.MaxInvitesPerUser, new IntSpec(1, 100), "Invitations to one user that wait for an answer.", taking: Taking.ForNewcomers)
        .Key(x => x.InviteTtlMs, new IntSpec(1_000, 3_600_000), "How long an invitation can be accepted.", taking: Taking.ForNewcomers)
        .Key(x => x.ReadyMs, new IntSpec(1_000, 600_000), "How long members have for a ready check.", taking: Taking.ForNewcomers);

    private static readonly SectionSpec<EventsConfig> Events = new SectionSpec<EventsConfig>()
        .Key(x => x.Url, Texts.Url, "Where events are posted to. Nothing else is called: redirects are not followed.", required: true)
        .Key(x => x.Secret, Texts.WebhookSecret, "What requests are signed with (Standard Webhooks).", required: true)
        .Key(x => x.PreviousSecret!, Texts.WebhookSecret, "The secret before, while receivers change: requests then carry both signatures.")
        .Key(x => x.TimeoutMs, new IntSpec(100, 60_000), "How long one request may take.")
        .Key(x => x.Retries, new IntSpec(0, 20), "How often an event that was not taken is sent again, after 0.5 s, 1 s, 2 s and so on up to 30 s.")
        .Key(x => x.MaxInFlight, new IntSpec(1, 10_000), "Requests at once.")
        .Key(x => x.MaxQueue, new IntSpec(1, 1_000_000), "Events that may wait; newer ones are dropped and counted.")
        .Key(x => x.Connect, new BoolSpec(), "True asks about each client that wants in, once its ticket was found good: a backend that does not answer lets nobody in.")
        .Key(x => x.Disconnect, new BoolSpec(), "A session ended.")
        .Key(x => x.RoomJoined, new BoolSpec(), "A session came into a room.")
        .Key(x => x.RoomLeft, new BoolSpec(), "A session left a room.")
        .Key(x => x.RoomOccupied, new BoolSpec(), "A room has its first member.")
        .Key(x => x.RoomVacated, new BoolSpec(), "A room's last member has left.");

    private static readonly SectionSpec<MarketConfig> Market = new SectionSpec<MarketConfig>()
        .Key(x => x.MaxInstruments, new IntSpec(1, 10_000_000), "Instruments with a value at once; an update of one more is refused.")
        .Key(x => x.MaxValueBytes, new IntSpec(1, 65_536), "Longest value. As base64 in an envelope it must also fit `limits.outbound.ext_bytes`.")
        .Key(x => x.MaxKeysPerSession, new IntSpec(1, 65_536), "Instruments that one session is subscribed to at once. Each needs a place in the session's queue: never more than `limits.outbound.hot_max_keys`.")
        .Key(x => x.StaleAfterMs, new IntSpec(0, 86_400_000), "Time without an update after which an instrument is stale; 0 is never, otherwise at least 100.")
        .Key(x => x.TextMaxHz, new IntSpec(1, 100), "How often a second one session gets an envelope with values (`format: json`), and one that says which instruments are stale.")
        .Rule(ServiceRules.StalenessIsOffOrPatient);

    private static readonly SectionSpec<ServicesConfig> Services = new SectionSpec<ServicesConfig>()
        .Key(
            x => x.Hot,
            new MapSpec<int, string>(
                MapKey.Int(new IntSpec(0, 255)),
                Texts.HotService),
            "Hot services by `svc_id`: built-in ones, or one of `services.ext` with kind `rpc` or `native`. What is written replaces the default as a whole.")
        .Key(x => x.Ext, new ListSpec<ExtServiceConfig>(ExtService) { Max = 256, Identity = service => service.Name, IdentityKey = "name" }, "Services of the Ext lane beyond the built-in ones.")
        .Key(x => x.Filters, new ListSpec<string>(Texts.ServiceName) { Max = 16 }, "Services of kind `wasm` that see each envelope before its service does, one after the other: policy, filters, service.")
        .Key(x => x.Events!, Events, "What happens in the tenant, posted to the backend; left out: nothing is.")
        .Rule(ServiceRules.HotNamesServices)
        .Rule(ServiceRules.FiltersNameServices);

    public static readonly SectionSpec<TenantConfig> Tenant = new SectionSpec<TenantConfig>()
        .Key(x => x.Id, Texts.TenantId, "Name of the tenant, unique in the file.", required: true)
        .Key(x => x.Auth, Auth, "How clients prove who they are.")
        .Key(x => x.ApiKeys, new ListSpec<string>(Texts.ApiKey), "Keys of the server API that reach this tenant alone; list the old and the new one while you change them.")
        .Key(x => x.Limits, Limits, "What the tenant and each of its sessions may hold.")
        .Key(x => x.Policy, Policy, "What clients may send, and how fast.")
        .Key(x => x.Resume, Resume, "Sessions that survive a lost connection.")
        .Key(x => x.Rooms, new ListSpec<RoomRuleConfig>(Room) { Identity = rule => rule.Match, IdentityKey = "match" }, "Rules for rooms by name; the first match wins, no match takes the defaults.")
        .Key(x => x.Market, Market, "The instruments of the `market` service, and how much of them one session gets.")
        .Key(x => x.Party, Party, "Bounds of the users' parties (service `party`).")
        .Key(x => x.Services, Services, "What handles messages.")
        .Rule(TenantRules.ExtAllowlistNamesServices)
        .Rule(TenantRules.HotAllowlistNamesServices)
        .Rule(TenantRules.SomethingIsAllowed)
        .Rule(TenantRules.MarketKeysHaveAPlace)
        .Rule(TenantRules.RoomRulesAreReachable);
}
