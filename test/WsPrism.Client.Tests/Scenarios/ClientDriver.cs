using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using WsPrism.Client.Chat;
using WsPrism.Client.Ext;
using WsPrism.Client.Hot;
using WsPrism.Client.Market;
using WsPrism.Client.Rooms;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Scenarios;

/// <summary>The client, told what to do in the words of scenarios, with what it tells in queues by kind.</summary>
internal sealed class ClientDriver
{
    private static readonly string[] Kinds =
    [
        "state", "session", "resumed", "resume_failed", "message", "error", "joined", "left", "expiring", "draining", "lagging", "kicked", "budget", "malformed", "frame",
        "presence", "roster", "chat", "direct", "typing", "invited", "party", "party_closed", "stale", "live", "value",
    ];

    private readonly Dictionary<string, Channel<JsonNode>> _events = Kinds.ToDictionary(kind => kind, _ => Channel.CreateUnbounded<JsonNode>());
    private readonly Dictionary<string, Task<(JsonNode? Data, JsonNode? Error)>> _results = [];
    private readonly Dictionary<string, CancellationTokenSource> _aborts = [];
    private readonly Lazy<HotSender> _sender;
    private MarketSubscription? _subscription;

    public ClientDriver(string url, JsonObject options)
    {
        var (made, conflated) = OptionReader.Read(url, options, Time);
        Client = new WsPrismClient(made);
        _sender = new Lazy<HotSender>(() => Client.Hot.CreateSender(conflated));
        Listen();
    }

    public HeldTime Time { get; } = new();

    public WsPrismClient Client { get; }

    public Channel<JsonNode> Events(string kind) => _events[kind];

    public Task<(JsonNode? Data, JsonNode? Error)> ResultAsync(string name) => _results[name].WaitAsync(Patience.Limit, TimeProvider.System);

    public void Connect() => _ = Client.ConnectAsync().ContinueWith(task => task.Exception, TaskScheduler.Default);

    public void Close() => _ = Client.CloseAsync();

    public void Request(JsonObject step)
    {
        var abort = _aborts[(string)step["as"]!] = new CancellationTokenSource();
        var options = new RequestOptions
        {
            Timeout = step["timeout_ms"] is { } timeout ? TimeSpan.FromMilliseconds((int)timeout) : null,
            Repeatable = (bool?)step["repeatable"] == true,
            RateLimitRetries = (int?)step["rate_limit_retries"] ?? 0,
        };
        Keep(step, Client.Ext.RequestAsync((string)step["svc"]!, (string)step["type"]!, (string?)step["room"], DataOf(step, "data"), options, abort.Token));
    }

    public void Abort(string name) => _aborts[name].Cancel();

    public string Send(JsonObject step) => Outcome(Client.Ext.TrySend((string)step["svc"]!, (string)step["type"]!, (string?)step["room"], DataOf(step, "data")), "sent");

    public string HotSend(JsonObject step) => Outcome(
        Client.Hot.TrySend(
            Byte(step, "svc_id"), Byte(step, "opcode"), Payload(step), Key(step), (string?)step["room"], (bool?)step["reliable"] == true, (bool?)step["seq"] != false),
        "sent");

    public void HotRequest(JsonObject step) => Keep(step, SettledAsync(Client.Hot.SendAcknowledgedAsync(
        Byte(step, "svc_id"), Byte(step, "opcode"), Payload(step), Key(step), (string?)step["room"], (bool?)step["reliable"] == true,
        step["timeout_ms"] is { } timeout ? TimeSpan.FromMilliseconds((int)timeout) : null)));

    public string Conflate(JsonObject step) => Outcome(_sender.Value.Set(Byte(step, "svc_id"), Byte(step, "opcode"), Payload(step), Key(step), (string?)step["room"]), "queued");

    public JsonObject Stats()
    {
        var (client, hot) = (Client.Figures, Client.Hot.Figures);
        return new JsonObject
        {
            ["messages"] = client.Messages,
            ["malformed"] = client.Malformed,
            ["unknown_ids"] = client.UnknownIds,
            ["pending"] = client.PendingRequests,
            ["hot_received"] = hot.Received,
            ["hot_gaps"] = hot.Gaps,
            ["hot_stale"] = hot.Stale,
            ["hot_malformed"] = hot.Malformed,
            ["hot_tracked"] = hot.Tracked,
        };
    }

    public JsonNode? Position(string room) => Client.Rooms.PositionOf(room) is { } position ? Show(position) : null;

    public void Call(JsonObject step) => Keep(step, CallAsync((string)step["method"]!, step["args"]?.AsObject() ?? []));

    private async Task<JsonNode?> CallAsync(string method, JsonObject args)
    {
        var room = (string?)args["room"];
        switch (method)
        {
            case "room.join":
                return Show(await Client.Rooms.JoinAsync(
                    room!, new JoinOptions { Active = (bool?)args["active"] != false, MaxHz = (double?)args["max_hz"], Since = PositionOf(args["since"]), Members = (bool?)args["members"] == true }));
            case "room.leave": await Client.Rooms.LeaveAsync(room); return null;
            case "room.activate": await Client.Rooms.ActivateAsync(room!); return null;
            case "room.members":
                var page = await Client.Rooms.MemberPageAsync(room!, (int?)args["limit"] ?? 1000, (string?)args["cursor"]);
                return new JsonObject { ["count"] = page.Count, ["members"] = new JsonArray([.. page.Members.Select(Show)]) };
            case "room.history":
                var history = await Client.Rooms.HistoryAsync(room!, (int?)args["limit"] ?? 100, PositionOf(args["since"]), PositionOf(args["before"]), (bool?)args["reverse"] == true);
                return new JsonObject { ["epoch"] = history.Epoch, ["first"] = history.First, ["last"] = history.Last, ["more"] = history.HasMore };
            case "room.list":
                return new JsonArray([.. (await Client.Rooms.ListAsync()).Select(listed => new JsonObject
                {
                    ["room"] = listed.Name, ["handle"] = listed.Handle, ["members"] = listed.Members, ["active"] = listed.IsActive,
                })]);
            case "presence.state": await Client.Presence.SetStateAsync(room!, DataOf(args, "state")); return null;
            case "presence.watch":
                Client.Presence.Watch(room!).Changed += users => Tell("roster", new JsonObject { ["users"] = new JsonArray([.. users.Select(Show)]) });
                return null;
            case "chat.send": await Client.Chat.SendAsync((string)args["msg"]!, room); return null;
            case "chat.direct": await Client.Chat.DirectAsync((string)args["to"]!, (string)args["msg"]!, room); return null;
            case "party.create": return Show(await Client.Party.CreateAsync());
            case "party.invite": await Client.Party.InviteAsync((string)args["user"]!); return null;
            case "party.accept": return Show(await Client.Party.AcceptAsync((string)args["party"]!));
            case "party.decline": await Client.Party.DeclineAsync((string)args["party"]!); return null;
            case "party.leave": await Client.Party.LeaveAsync(); return null;
            case "party.kick": await Client.Party.KickAsync((string)args["user"]!); return null;
            case "party.promote": await Client.Party.PromoteAsync((string)args["user"]!); return null;
            case "party.ready": await Client.Party.ReadyAsync((bool?)args["ready"] ?? true); return null;
            case "market.subscribe":
                var options = new MarketOptions { MaxHz = (double?)args["max_hz"], Format = (string?)args["format"] == "json" ? MarketFormat.Json : MarketFormat.Hot };
                _subscription = await Client.Market.SubscribeAsync(args["keys"]!.AsArray().Select(key => (uint)(long)key!), OnValue, options);
                return new JsonObject { ["keys"] = _subscription.Keys, ["empty"] = Show(_subscription.Empty), ["stale"] = Show(_subscription.Stale) };
            case "market.unsubscribe": await _subscription!.UnsubscribeAsync(); return null;
            default: throw new InvalidDataException($"no such method: {method}");
        }
    }

    private void Listen()
    {
        Client.StateChanged += change =>
        {
            // The session is there when the state says so.
            if (change.State == ClientState.Open && Client.Figures.Sessions != _sessions)
                Tell("session", SessionOf());

            Tell("state", new JsonObject
            {
                ["state"] = change.State.ToString().ToLowerInvariant(),
                ["reason"] = change.Reason?.Word,
                ["code"] = change.Reason?.Code,
                ["retry_in_ms"] = change.Delay.TotalMilliseconds,
            });
        };
        Client.SessionRestored += restored => Tell(restored.IsResumed ? "resumed" : "resume_failed", restored.IsResumed
            ? new JsonObject { ["replayed"] = restored.Replayed, ["resent"] = restored.Resent }
            : new JsonObject { ["reason"] = restored.Failure, ["rooms"] = new JsonArray([.. restored.Rooms.Select(Show)]) });
        Client.HandlerFailed += exception => Tell("error", new JsonObject { ["code"] = exception is WsPrismException known ? known.Code : "AUTH_FAILED" });
        Client.MalformedReceived += () => Tell("malformed", new JsonObject());
        Client.Ext.On(null, null, OnMessage);
        Client.Rooms.Joined += room => Tell("joined", Show(room));
        Client.Rooms.Left += room => Tell("left", new JsonObject { ["room"] = room });
        Client.Notices.OnExpiring(left => Tell("expiring", new JsonObject { ["in_ms"] = left.TotalMilliseconds }));
        Client.Notices.OnDraining(grace => Tell("draining", new JsonObject { ["grace_ms"] = grace.TotalMilliseconds }));
        Client.Notices.OnKicked(reason => Tell("kicked", new JsonObject { ["reason"] = reason }));
        Client.Notices.OnLagging(lag => Tell("lagging", new JsonObject { ["dropped"] = lag.Dropped, ["lane"] = lag.Lane, ["room"] = lag.Room }));
        Client.Notices.OnBudget(budget => Tell("budget", new JsonObject { ["lane"] = budget.Lane, ["rps"] = budget.Rate, ["burst"] = budget.Burst }));
        Client.Notices.OnError(error => Tell("error", new JsonObject { ["code"] = error.Code, ["retry_after_ms"] = error.RetryAfter?.TotalMilliseconds }));
        Client.Hot.On((in Protocol.Hot.HotFrame frame) => Tell("frame", HotJson.From(frame)));
        Client.Presence.OnChange(change => Tell("presence", new JsonObject
        {
            ["type"] = change.Kind,
            ["room"] = change.Room,
            ["count"] = change.Count,
            ["users"] = new JsonArray([.. change.Users.Select(Show)]),
        }));
        Client.Chat.OnMessage(message => Tell("chat", Show(message)));
        Client.Chat.OnDirect(message => Tell("direct", Show(message)));
        Client.Chat.OnTyping(message => Tell("typing", Show(message)));
        Client.Party.OnInvited(told => Tell("invited", new JsonObject
        {
            ["party"] = told.Party,
            ["from"] = told.From,
            ["expires_at_ms"] = told.ExpiresAt.ToUnixTimeMilliseconds(),
        }));
        Client.Party.OnUpdate(told => Tell("party", new JsonObject { ["party"] = told.Party, ["version"] = told.Version }));
        Client.Party.OnClosed(told => Tell("party_closed", new JsonObject { ["party"] = told.Party, ["reason"] = told.Reason }));
        Client.Market.OnStale(keys => Tell("stale", new JsonObject { ["keys"] = Show(keys) }));
        Client.Market.OnLive(keys => Tell("live", new JsonObject { ["keys"] = Show(keys) }));
    }

    private long _sessions;

    private JsonObject SessionOf()
    {
        _sessions = Client.Figures.Sessions;
        var session = Client.Session!;
        return new JsonObject
        {
            ["id"] = session.Session,
            ["tenant"] = session.Tenant,
            ["user"] = session.User,
            ["handle"] = session.Handle,
            ["resumable"] = session.IsResumable,
            ["max_frame_bytes"] = session.MaxFrameBytes,
        };
    }

    private void OnMessage(Message message)
    {
        if (message.Svc == "sys")
            return;

        Tell("message", new JsonObject { ["svc"] = message.Svc, ["type"] = message.Type, ["room"] = message.Room, ["offset"] = message.Offset, ["data"] = Node(message.Data) });
    }

    private void OnValue(in MarketValue value) => Tell("value", new JsonObject
    {
        ["key"] = value.Key,
        ["op"] = value.Opcode,
        ["seq"] = value.Seq,
        ["payload"] = Convert.ToHexStringLower(value.Payload),
        ["data"] = Node(value.Data),
    });

    private void Tell(string kind, JsonNode told) => _events[kind].Writer.TryWrite(told);

    private void Keep<T>(JsonObject step, Task<T> task) => _results[(string)step["as"]!] = OutcomeAsync(task);

    private static async Task<(JsonNode?, JsonNode?)> OutcomeAsync<T>(Task<T> task)
    {
        try
        {
            return await task switch
            {
                JsonElement element => (Node(element), null),
                JsonNode node => (node, null),
                _ => (null, null),
            };
        }
        catch (WsPrismException exception)
        {
            return (null, new JsonObject { ["code"] = exception.Code, ["retry_after_ms"] = exception.RetryAfter?.TotalMilliseconds });
        }
        catch (OperationCanceledException)
        {
            return (null, new JsonObject { ["code"] = "ABORTED" });
        }
    }

    private static async Task<JsonNode?> SettledAsync(Task task)
    {
        await task;
        return null;
    }

    private static string Outcome(SendResult result, string good) => result switch
    {
        SendResult.Queued => good,
        SendResult.Full => "BUFFER_FULL",
        SendResult.NotConnected => "OFFLINE",
        SendResult.NotInRoom => "NOT_IN_ROOM",
        SendResult.TooLarge => "FRAME_TOO_LARGE",
        _ => "CLOSED",
    };

    private static JsonNode? Node(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : JsonNode.Parse(element.GetRawText());

    private static JsonData DataOf(JsonObject step, string name) => step.TryGetPropertyValue(name, out var data) && (data is not null || name == "state") ? JsonData.Parse(JsonMatch.Show(data).Replace("nothing", "null")) : default;

    private static byte Byte(JsonObject step, string name) => (byte)(int)step[name]!;

    private static uint? Key(JsonObject step) => step["key"] is { } key ? (uint)(long)key : null;

    private static byte[] Payload(JsonObject step) => Convert.FromHexString((string?)step["payload"] ?? string.Empty);

    private static RoomPosition? PositionOf(JsonNode? position) => position is null ? null : new RoomPosition((string)position["epoch"]!, (ulong)(long)position["offset"]!);

    private static JsonObject Show(RoomPosition position) => new() { ["epoch"] = position.Epoch, ["offset"] = position.Offset };

    private static JsonObject Show(Room room) => new()
    {
        ["room"] = room.Name,
        ["handle"] = room.Handle,
        ["members"] = room.Members,
        ["epoch"] = room.Position?.Epoch,
        ["offset"] = room.Position?.Offset,
        ["recovered"] = room.Recovered,
        ["page"] = room.Page is { } page ? new JsonObject { ["count"] = page.Count, ["members"] = new JsonArray([.. page.Members.Select(Show)]) } : null,
    };

    private static JsonObject Show(RoomRecovery recovery) => new()
    {
        ["room"] = recovery.Room,
        ["recovered"] = recovery.Recovered,
        ["error"] = recovery.ErrorCode is { } code ? new JsonObject { ["code"] = code } : null,
    };

    private static JsonObject Show(Member member) => new()
    {
        ["user"] = member.User,
        ["handles"] = Show(member.Handles),
        ["state"] = Node(member.State),
    };

    private static JsonObject Show(ChatMessage message) => new()
    {
        ["from"] = message.From,
        ["msg"] = message.Text,
        ["ts"] = message.At.ToUnixTimeMilliseconds(),
        ["room"] = message.Room,
        ["offset"] = message.Offset,
    };

    private static JsonObject Show(Parties.PartyPlace place) => new() { ["party"] = place.Party, ["room"] = place.Room };

    private static JsonArray Show(IEnumerable<uint> numbers) => new([.. numbers.Select(number => (JsonNode)number)]);
}
