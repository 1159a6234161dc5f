using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Transport;
using WsPrism.Services;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Two users say to the built-in services what the lines of an input are, in turns, in rooms with presence. No service fails, and all that anybody gets is JSON.
/// </summary>
internal sealed class ServicesTarget : IFuzzTarget
{
    private const int MaxLines = 16;

    // Deeper than what clients may send: their data is passed on inside of other data.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 64 };

    private static readonly WsPrismConfig Config = new()
    {
        Gateway = new GatewayConfig { Shards = 1 },
        Tenants =
        [
            new TenantConfig
            {
                Id = "acme",
                Policy = new PolicyConfig { ExtAllowlist = ["sys:*", "room:*", "chat:*", "game:*", "party:*"], RateLimitRps = 1_000_000, RateLimitBurst = 1_000_000 },
                Rooms = [new RoomRuleConfig { Match = "*", Presence = true }],
                Party = new PartyConfig { MaxSize = 2, MaxInvites = 2 },
            },
        ],
    };

    public string Name => "services";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """
            {"svc":"room","type":"join","room":"r","data":{"members":true,"active":true,"max_hz":10},"id":1}
            {"svc":"room","type":"join","room":"r"}
            {"svc":"room","type":"state","data":{"state":{"a":[1,"\u0041",null]}}}
            {"svc":"room","type":"members","data":{"limit":1,"cursor":"1"},"id":"x"}
            {"svc":"room","type":"leave"}
            """,
            """
            {"svc":"party","type":"create"}
            {"svc":"party","type":"create"}
            {"svc":"party","type":"invite","data":{"user":"bob"}}
            {"svc":"party","type":"leave"}
            {"svc":"party","type":"ready","data":{"ready":true}}
            {"svc":"party","type":"decline","data":{"party":"x"}}
            {"svc":"party","type":"kick","data":{"user":"bob"}}
            {"svc":"party","type":"promote","data":{"user":"alice"}}
            """,
            """
            {"svc":"room","type":"join","room":"r"}
            {"svc":"room","type":"join","room":"r"}
            {"svc":"chat","type":"send","data":{"msg":"hi"}}
            {"svc":"chat","type":"direct","data":{"to":"alice","msg":"psst"}}
            {"svc":"game","type":"input","data":{"x":1,"from":2}}
            """,
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "\n", "\"svc\":\"room\"", "\"svc\":\"party\"", "\"type\":\"state\"", "\"type\":\"members\"", "\"type\":\"ready\"", "\"type\":\"invite\"", "\"data\":{", "\"state\":", "\"user\":",
            "\"party\":", "\"ready\":", "\"cursor\":", "\"limit\":", "\"members\":true", "\\ud800", "\\udc00", "\\u0000", "\"room\":\"party:x\"", "null", "[[[[[[[[", "1e999", "-0", "\u00e9", "\u2028",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        // The framing lets nothing but UTF-8 come so far.
        if (!Utf8.IsValid(input))
        {
            return;
        }

        using var loggers = new NoErrors();
        var node = new GatewayNode(Config, BuiltInServices.Ext, BuiltInServices.Hot, TimeProvider.System, loggers, _ => new NoExecutor());
        Session[] sessions = [Connect(node, "alice"), Connect(node, "bob")];
        var next = 0;
        foreach (var range in input.Split((byte)'\n'))
        {
            var session = sessions[next % 2];
            if (next++ == MaxLines || session.HasEnded)
            {
                break;
            }

            session.OnText(input[range].ToArray());
            node.Shards[0].RunPass();
        }

        // What rooms have to tell of their members is due later; it is written now.
        foreach (var room in node.Tenants[0].Registry.Rooms())
        {
            if (room.Presence is { } presence)
            {
                var envelopes = node.Shards[0].Presence;
                envelopes.Users.Clear();
                if (node.Tenants[0].Registry.TakePresence(presence, envelopes.Users) is { } news)
                {
                    var frame = envelopes.Encode(room, news);
                    Check(frame);
                    frame.Release();
                }
            }
        }

        foreach (var session in sessions)
        {
            session.OnClosed();
        }

        node.Shards[0].RunPass();
        BrokenInvariantException.ThrowIfNot(node.Tenants[0].Parties.Count == 0 && node.Tenants[0].Registry.RoomCount == 0, "nothing outlives the last session");
    }

    private static Session Connect(GatewayNode node, string user)
    {
        node.Tenants[0].Registry.TryReserveSeat(Config.Tenants[0].Limits);
        var session = node.Open(node.Tenants[0], new Identity(user), session => new CheckingConnection(session));
        node.Shards[0].RunPass();
        return session;
    }

    private static void Check(OutboundFrame frame)
    {
        if (frame.Kind == FrameKind.Text)
        {
            using var document = JsonDocument.Parse(frame.Payload.ToArray(), Deep);
            BrokenInvariantException.ThrowIfNot(document.RootElement.GetProperty("v").GetInt32() == 1, "every envelope has its version");
        }
    }

    // Takes all and looks at it.
    private sealed class CheckingConnection(Session session) : ITransportConnection
    {
        public string TransportName => "fuzz";

        public string RemoteAddress => "127.0.0.1";

        public bool IsCongested => false;

        public bool Flush()
        {
            var cursor = session.Outbox.StartDrain();
            var count = 0;
            while (session.Outbox.TryPeek(ref cursor, out var frame))
            {
                Check(frame);
                count++;
            }

            session.Outbox.Take(count);
            return true;
        }

        public void Commit()
        {
        }

        public void Retry()
        {
        }

        public void Serve(Session other)
        {
        }

        public void Abort()
        {
        }
    }

    private sealed class NoExecutor : IShardExecutor
    {
        public void Wake()
        {
        }
    }

    // What the gateway logs as its own fault is one.
    private sealed class NoErrors : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            BrokenInvariantException.ThrowIfNot(logLevel < LogLevel.Error, $"no service fails: {exception?.Message}");
    }
}
