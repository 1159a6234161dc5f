using System.Runtime.CompilerServices;
using System.Text.Json;
using WsPrism.Client.Connection;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Rooms;

/// <summary>Rooms: joining, leaving, who is there, what was said. Thread-safe. After a session is lost the client joins its rooms again by itself.</summary>
public sealed class RoomsApi
{
    private readonly ExtLane _ext;
    private readonly RoomBook _book;

    internal RoomsApi(ExtLane ext, RoomBook book)
    {
        _ext = ext;
        _book = book;
    }

    /// <summary>The session has come into a room, by its own wish or the backend's, or was told anew how it stands there; on the receive loop.</summary>
    public event Action<Room>? Joined;

    /// <summary>The session has left a room, or was taken out, on the receive loop.</summary>
    public event Action<string>? Left;

    /// <summary>The rooms that the session is in.</summary>
    public IReadOnlyList<Room> All => _book.All();

    /// <summary>The room that Hot frames and envelopes without a room go to, as far as this client has said so.</summary>
    public string? Active => _book.Active;

    /// <summary>A room that the session is in, or null.</summary>
    public Room? Find(string room) => _book.Find(room);

    /// <summary>How far the history of a room was seen: for <see cref="JoinOptions.Since"/>, in another session perhaps. Null where the room has none.</summary>
    public RoomPosition? PositionOf(string room) => _book.PositionOf(room);

    /// <summary>Joins a room, and makes it the active one unless told otherwise.</summary>
    /// <exception cref="WsPrismException">The gateway's refusal, <c>NOT_ALLOWED</c> for example, or one of <see cref="ClientErrorCodes"/>.</exception>
    public async Task<Room> JoinAsync(string room, JoinOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var data = Data(options ?? new JoinOptions());
        var answer = await _ext.RequestAsync("room", "join", room, data, null, cancellation).ConfigureAwait(false);
        if (_book.Find(room) is { } joined)
            return options?.Members == true ? joined with { Page = new MemberPage(answer) } : joined;

        // The answer was sent again after a resume, and sys.joined was lost with the connection: joining again brings it once more.
        await _ext.RequestAsync("room", "join", room, data, null, cancellation).ConfigureAwait(false);
        return _book.Find(room) ?? throw new WsPrismException("NOT_IN_ROOM", "The session is not in the room any more.");
    }

    /// <summary>Leaves a room; without a name, the active one.</summary>
    public async Task LeaveAsync(string? room = null, CancellationToken cancellation = default) =>
        await _ext.RequestAsync("room", "leave", room, default, null, cancellation).ConfigureAwait(false);

    /// <summary>Makes a joined room the active one.</summary>
    public async Task ActivateAsync(string room, CancellationToken cancellation = default) =>
        await _ext.RequestAsync("room", "activate", room, default, null, cancellation).ConfigureAwait(false);

    /// <summary>The rooms that the session is in, as the gateway knows them.</summary>
    public async Task<IReadOnlyList<ListedRoom>> ListAsync(CancellationToken cancellation = default)
    {
        var answer = await _ext.RequestAsync("room", "list", null, default, null, cancellation).ConfigureAwait(false);
        return [.. answer.ListOf("rooms").Select(entry => new ListedRoom(
            entry.TextOf("room") ?? string.Empty, (uint)entry.NumberOf("handle", uint.MaxValue), (int)entry.NumberOf("members", int.MaxValue), entry.IsTrue("active")))];
    }

    /// <summary>A page of a room's history, of members only. The messages are not given to handlers.</summary>
    /// <param name="room">The room.</param>
    /// <param name="limit">How many messages at most, 1 to 1,000.</param>
    /// <param name="since">The messages after this position.</param>
    /// <param name="before">The messages before it; without either, the newest.</param>
    /// <param name="reverse">The newest of the page first.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<HistoryPage> HistoryAsync(
        string room, int limit = 100, RoomPosition? since = null, RoomPosition? before = null, bool reverse = false, CancellationToken cancellation = default)
    {
        var data = JsonData.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("limit", limit);
            Write(writer, "since", since);
            Write(writer, "before", before);
            if (reverse)
                writer.WriteBoolean("reverse", true);
            writer.WriteEndObject();
        });
        return new HistoryPage(await _ext.RequestAsync("room", "history", room, data, null, cancellation).ConfigureAwait(false));
    }

    /// <summary>A page of the users in a room, in the order in which they came.</summary>
    /// <param name="room">The room.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cursor">Of the page before; null for the first.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<MemberPage> MemberPageAsync(string room, int limit = 1000, string? cursor = null, CancellationToken cancellation = default)
    {
        var data = JsonData.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("limit", limit);
            if (cursor is not null)
                writer.WriteString("cursor", cursor);
            writer.WriteEndObject();
        });
        return new MemberPage(await _ext.RequestAsync("room", "members", room, data, null, cancellation).ConfigureAwait(false));
    }

    /// <summary>The users in a room, page after page.</summary>
    public async IAsyncEnumerable<Member> MembersAsync(string room, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? cursor = null;
        do
        {
            var page = await MemberPageAsync(room, cursor: cursor, cancellation: cancellation).ConfigureAwait(false);
            foreach (var member in page.Members)
                yield return member;

            cursor = page.Cursor;
        }
        while (cursor is not null);
    }

    /// <summary><c>sys.joined</c>, which the book knows of, on the receive loop.</summary>
    internal void OnJoined(string room, Action<Exception> failed)
    {
        if (_book.Find(room) is { } joined)
            Joined.Raise(joined, failed);
    }

    /// <summary><c>sys.left</c>, on the receive loop.</summary>
    internal void OnLeft(string room, Action<Exception> failed)
    {
        _book.Leave(room);
        Left.Raise(room, failed);
    }

    /// <summary>Joins the rooms of before in a new session, before anything else that waits. Null where that one is lost as well: the next begins again.</summary>
    internal async Task<IReadOnlyList<RoomRecovery>?> JoinAgainAsync(List<(string Name, JoinOptions Options)> rooms)
    {
        var recoveries = await Task.WhenAll(rooms.Select(room => JoinAgainAsync(room.Name, room.Options))).ConfigureAwait(false);
        return recoveries.Any(recovery => recovery.ErrorCode is ClientErrorCodes.SessionLost or ClientErrorCodes.Closed) ? null : recoveries;
    }

    private async Task<RoomRecovery> JoinAgainAsync(string room, JoinOptions options)
    {
        try
        {
            await _ext.RequestAsync("room", "join", room, Data(options), RequestOptions.ToRestore).ConfigureAwait(false);
            return new RoomRecovery(room, _book.Find(room)?.Recovered == true, null);
        }
        catch (WsPrismException exception)
        {
            // Refused: this client is not in it, and asks no more.
            if (exception.Code is not (ClientErrorCodes.SessionLost or ClientErrorCodes.Closed))
                _book.Leave(room);
            return new RoomRecovery(room, false, exception.Code);
        }
    }

    private static JsonData Data(JoinOptions options) => JsonData.Write(writer =>
    {
        writer.WriteStartObject();
        if (!options.Active)
            writer.WriteBoolean("active", false);
        if (options.MaxHz is { } hz)
            writer.WriteNumber("max_hz", hz);
        if (options.Members)
            writer.WriteBoolean("members", true);
        Write(writer, "since", options.Since);
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, string name, RoomPosition? position)
    {
        if (position is not { } known)
            return;

        writer.WriteStartObject(name);
        writer.WriteString("epoch", known.Epoch);
        writer.WriteNumber("offset", known.Offset);
        writer.WriteEndObject();
    }
}
