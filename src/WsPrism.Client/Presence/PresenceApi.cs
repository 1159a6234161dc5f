using WsPrism.Client.Ext;
using WsPrism.Client.Rooms;

namespace WsPrism.Client.Presence;

/// <summary>Who is in a room, and what they show. Thread-safe; handlers run on the receive loop.</summary>
public sealed class PresenceApi
{
    private readonly ExtLane _ext;
    private readonly RoomsApi _rooms;
    private readonly int _mostMembers;
    private readonly Action<Exception> _failed;

    internal PresenceApi(ExtLane ext, RoomsApi rooms, int mostMembers, Action<Exception> failed)
    {
        _ext = ext;
        _rooms = rooms;
        _mostMembers = mostMembers;
        _failed = failed;
    }

    /// <summary>What this user shows in a room: any JSON of at most 1,024 bytes; <c>null</c>, or nothing, takes it back.</summary>
    public Task SetStateAsync(string room, JsonData state, CancellationToken cancellation = default)
    {
        var data = JsonData.Write(writer =>
        {
            writer.WriteStartObject();
            if (state.IsEmpty)
            {
                writer.WriteNull("state");
            }
            else
            {
                writer.WritePropertyName("state");
                writer.WriteRawValue(state.Utf8.Span);
            }

            writer.WriteEndObject();
        });
        return _ext.RequestAsync("room", "state", room, data, null, cancellation);
    }

    /// <summary>The users in a room, page after page.</summary>
    public IAsyncEnumerable<Member> MembersAsync(string room, CancellationToken cancellation = default) => _rooms.MembersAsync(room, cancellation);

    /// <summary>Keeps a list of who is in a room, from the join on, which may come later. Dispose it when it is not needed any more.</summary>
    public Roster Watch(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return new Roster(_ext, room, _rooms, _mostMembers, _failed);
    }

    /// <summary>Hears of joins, changes and leaves, in a room or in all.</summary>
    public IDisposable OnChange(Action<PresenceChange> handler, string? room = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _ext.On("presence", null, message => handler(new PresenceChange(message)), room);
    }
}
