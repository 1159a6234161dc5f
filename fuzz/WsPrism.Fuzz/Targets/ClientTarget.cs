using System.Text;
using System.Text.Json;
using WsPrism.Client;
using WsPrism.Client.Chat;
using WsPrism.Client.Connection;
using WsPrism.Client.Ext;
using WsPrism.Client.Hot;
using WsPrism.Client.Parties;
using WsPrism.Client.Presence;
using WsPrism.Client.Rooms;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// What a gateway may say to the .NET client. Nothing is thrown; what is taken for an envelope is one for .NET's own document too; each binary message is frames, stale, or
/// malformed; and whatever the data is, the client's own types can be made of it.
/// </summary>
internal sealed class ClientTarget : IFuzzTarget
{
    public string Name => "client";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"v":1,"svc":"chat","type":"msg","room":"r","offset":42,"data":{"from":"user:a","msg":"hi","ts":1760000000000}}""",
            """{"v":1,"svc":"sys","type":"authed","data":{"session":"S","handle":17,"max_frame_bytes":65536,"resume":{"token":"T","window_ms":30000}},"trace_id":"t"}""",
            """{"v":1,"svc":"sys","type":"joined","room":"r","data":{"handle":1,"members":2,"offset":41,"epoch":"e","recovered":true}}""",
            """{"v":1,"svc":"presence","type":"join","room":"r","data":{"count":3,"users":[{"user":"u","handles":[1,2],"state":null}],"cursor":"1"}}""",
            """{"v":1,"svc":"party","type":"update","data":{"party":"P","version":3,"members":[{"user":"u","ready":true}],"invited":["x"],"ready_check":{"state":"running","ends_at_ms":1}}}""",
            """{"svc":"sys","type":"ack","id":8,"data":{"epoch":"e","messages":[{"svc":"a","type":"b","offset":1}],"first":1,"last":2,"more":false}}""",
        }.Select(Encoding.UTF8.GetBytes),
        Convert.FromHexString("01013d0100000002000000030000000400000070"), Convert.FromHexString("010140020009000101080a00000061610a000101080b000000626262"),
    ];

    public IEnumerable<byte[]> Dictionary { get; } = [.. new[] { "\"id\":\"x\"", "\"data\":[]", "\"room\":7", "\\ud800", "18446744073709551616", "1e400", "-1", "null" }.Select(Encoding.UTF8.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        var inbox = new HotInbox(16, new HotAcknowledgements(), exception => throw exception);
        inbox.Take(input);
        var figures = inbox.Read(0);
        BrokenInvariantException.ThrowIfNot(figures.Tracked <= 16 && figures.Malformed <= 1 && (figures.Malformed == 0 || figures.Received == 0), "a message is frames or malformed");

        if (EnvelopeParser.Parse(input) is not { } message)
            return;

        using var document = JsonDocument.Parse(input.ToArray());
        BrokenInvariantException.ThrowIfNot(document.RootElement.ValueKind == JsonValueKind.Object && message.Svc.Length > 0 && message.Type.Length > 0, "an envelope is an object");
        _ = new ChatMessage(message);
        _ = new PresenceChange(message);
        _ = new PartyState(message.Data);
        _ = new MemberPage(message.Data);
        _ = new HistoryPage(message.Data);
        _ = new SessionInfo("t", "u", message.Data, null);
        _ = SessionKeeper.IsGreeting(message);
        var book = new RoomBook(1);
        book.TryJoin(message.Room, message.Data);
        book.Saw(message.Room ?? "r", message.Offset ?? 0);
    }
}
