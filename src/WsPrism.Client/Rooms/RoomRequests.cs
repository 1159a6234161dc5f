using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Rooms;

// Looks at requests about rooms on their way out, whoever makes them, so that the book knows what the session is in and how. Owns nothing.
internal sealed class RoomRequests
{
    private readonly RoomBook _book;

    public RoomRequests(RoomBook book) => _book = book;

    /// <summary>What is to be done when the request is acknowledged; null for nothing.</summary>
    public Action<JsonElement>? Watch(string type, string? room, in JsonData data)
    {
        if (room is null)
            return null;

        // sys.left may have been lost with a connection.
        if (type == "leave")
            return _ => _book.Leave(room);

        if (type == "activate")
            return _ => _book.Activate(room);

        if (type != "join")
            return null;

        var (active, maxHz, since) = Read(data);
        _book.Expect(room, since);
        return _ => _book.Want(room, active, maxHz);
    }

    private static (bool Active, double? MaxHz, RoomPosition? Since) Read(in JsonData data)
    {
        if (data.IsEmpty)
            return (true, null, null);

        using var document = JsonDocument.Parse(data.Utf8);
        var (said, hz) = (document.RootElement, document.RootElement.Get("max_hz"));
        var (epoch, offset) = (said.Get("since").TextOf("epoch"), said.Get("since").NumberOf("offset"));
        return (
            said.Get("active").ValueKind != JsonValueKind.False,
            hz.ValueKind == JsonValueKind.Number && hz.TryGetDouble(out var number) ? number : null,
            epoch is not null && offset is not null ? new RoomPosition(epoch, offset.Value) : null);
    }
}
