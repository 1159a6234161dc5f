using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Transport;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Asks a room's history for whatever the input says, by <c>room.join</c> and <c>room.history</c>, on the engine as it is. No service fails, a session is never closed, a
/// page is JSON within its bounds with offsets in a row, and a replay is all that was missed or nothing.
/// </summary>
internal sealed class HistoryTarget : IFuzzTarget
{
    private const int Kept = 5;
    private const int Said = 8;

    private readonly GatewayNode _node;
    private readonly string _epoch;

    public HistoryTarget()
    {
        var tenant = new TenantConfig
        {
            Id = "fuzz",
            Policy = new PolicyConfig { ExtAllowlist = ["room:*", "chat:*"], RateLimitRps = int.MaxValue, RateLimitBurst = int.MaxValue, Sessions = new SessionPolicyConfig { MaxSessionsPerUser = 10 } },
            Rooms = [new RoomRuleConfig { Match = "*", History = new RoomHistoryConfig { Size = Kept, TtlMs = int.MaxValue } }],
        };
        _node = new GatewayNode(
            new WsPrismConfig { Gateway = new GatewayConfig { Shards = 1 }, Tenants = [tenant] }, BuiltInServices.Ext, BuiltInServices.Hot, TimeProvider.System, NullLoggerFactory.Instance, _ => new Idle());
        var (session, wire) = Connect();
        Send(session, """{"svc":"room","type":"join","room":"r"}"""u8);
        for (var i = 0; i < Said; i++)
            Send(session, """{"svc":"chat","type":"send","room":"r","data":{"msg":"x"}}"""u8);

        _epoch = wire.Take().First(envelope => envelope.GetProperty("type").GetString() == "joined").GetProperty("data").GetProperty("epoch").GetString()!;
        Seeds = [.. new[]
        {
            $"{{\"since\":{{\"epoch\":\"{_epoch}\",\"offset\":5}},\"limit\":2,\"reverse\":true}}",
            $"{{\"before\":{{\"epoch\":\"{_epoch}\",\"offset\":7}}}}",
            """{"since":{"epoch":"0123456789abcdef","offset":18446744073709551615}}""",
            """{"limit":1000}""", "{}", "1",
        }.Select(Encoding.UTF8.GetBytes)];
    }

    public string Name => "history";

    public IEnumerable<byte[]> Seeds { get; }

    public IEnumerable<byte[]> Dictionary { get; } =
        [.. new[] { "\"since\":", "\"before\":", "\"epoch\":", "\"offset\":", "\"limit\":", "\"reverse\":", "\"active\":", "null", "true", "1e3", "-1", "18446744073709551616", "\\ud800" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        byte[] envelope = [.. """{"svc":"room","type":"join","room":"r","data":"""u8, .. input, (byte)'}'];
        Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
        if (EnvelopeReader.TryRead([.. envelope], scratch, out _) != Protocol.ErrorCode.None)
            return;

        var (session, wire) = Connect();
        Send(session, envelope);
        CheckReplay(wire.Take());
        Send(session, """{"svc":"room","type":"join","room":"r"}"""u8);
        wire.Take();
        Send(session, [.. """{"svc":"room","type":"history","room":"r","id":1,"data":"""u8, .. input, (byte)'}']);
        CheckPage(wire.Take());
        BrokenInvariantException.ThrowIfNot(!session.HasEnded, "no input closes a session");
        session.OnClosed();
        _node.Shards[0].RunPass();
    }

    private static void CheckReplay(List<JsonElement> envelopes)
    {
        var offsets = OffsetsOf(envelopes.Where(envelope => envelope.GetProperty("svc").GetString() != "sys"));
        CheckCode(envelopes);
        if (envelopes.Find(envelope => envelope.GetProperty("type").GetString() == "joined") is { ValueKind: JsonValueKind.Object } joined)
        {
            var isRecovered = joined.GetProperty("data").TryGetProperty("recovered", out var recovered) && recovered.GetBoolean();
            BrokenInvariantException.ThrowIfNot(isRecovered || offsets.Length == 0, "what is not recovered is not replayed");
            BrokenInvariantException.ThrowIfNot(offsets.Length == 0 || offsets[^1] == Said, "a replay ends with the last message");
        }
    }

    private static void CheckPage(List<JsonElement> envelopes)
    {
        CheckCode(envelopes);
        if (envelopes.Find(envelope => envelope.GetProperty("type").GetString() == "ack") is { ValueKind: JsonValueKind.Object } ack)
        {
            var page = ack.GetProperty("data");
            var offsets = OffsetsOf(page.GetProperty("messages").EnumerateArray());
            BrokenInvariantException.ThrowIfNot(offsets.Length <= Kept && offsets.All(offset => offset is > Said - Kept and <= Said), "a page has what is kept");
            BrokenInvariantException.ThrowIfNot(page.GetProperty("first").GetUInt64() == Said - Kept + 1 && page.GetProperty("last").GetUInt64() == Said, "a page says what there is");
        }
    }

    private static void CheckCode(List<JsonElement> envelopes) => BrokenInvariantException.ThrowIfNot(
        envelopes.TrueForAll(envelope => envelope.GetProperty("type").GetString() != "error" || envelope.GetProperty("data").GetProperty("code").GetString() == "BAD_REQUEST"), "what is wrong is a bad request");

    private static ulong[] OffsetsOf(IEnumerable<JsonElement> messages)
    {
        ulong[] offsets = [.. messages.Select(message => message.GetProperty("offset").GetUInt64()).Order()];
        BrokenInvariantException.ThrowIfNot(offsets.Zip(offsets.Skip(1)).All(pair => pair.Second == pair.First + 1), "offsets have no gaps");
        return offsets;
    }

    private (Session Session, Wire Wire) Connect()
    {
        var tenant = _node.FindTenant("fuzz")!;
        tenant.Registry.TryReserveSeat(tenant.Snapshot.Config.Limits);
        Wire wire = null!;
        var session = _node.Open(tenant, new Identity("u"), session => wire = new Wire(session));
        _node.Shards[0].RunPass();
        wire.Take();
        return (session, wire);
    }

    private void Send(Session session, ReadOnlySpan<byte> envelope)
    {
        session.OnText([.. envelope]);
        _node.Shards[0].RunPass();
    }

    private sealed class Idle : IShardExecutor
    {
        public void Wake()
        {
        }
    }

    private sealed class Wire(Session session) : ITransportConnection
    {
        private readonly List<JsonElement> _envelopes = [];

        public string TransportName => "fuzz";

        public string RemoteAddress => "127.0.0.1";

        public bool IsCongested => false;

        public List<JsonElement> Take()
        {
            var taken = _envelopes.ToList();
            _envelopes.Clear();
            return taken;
        }

        public bool Flush()
        {
            var cursor = session.Outbox.StartDrain();
            var count = 0;
            for (; session.Outbox.TryPeek(ref cursor, out var frame); count++)
            {
                if (frame.Kind == FrameKind.Text)
                    _envelopes.Add(JsonDocument.Parse(frame.Payload.ToArray()).RootElement);
            }

            session.Outbox.Take(count);
            return true;
        }

        public void Serve(Session other)
        {
        }

        public void Commit()
        {
        }

        public void Retry()
        {
        }

        public void Abort()
        {
        }
    }
}
