using System.Text.Json;
using WsPrism.Protocol;

namespace WsPrism.Services;

/// <summary>What an Ext service may do while it handles a message. Valid on the calling thread, for the length of the call.</summary>
public interface IExtContext
{
    /// <summary>The sender.</summary>
    ISession Session { get; }

    /// <summary>The sender's active room, null where it has none.</summary>
    IRoom? ActiveRoom { get; }

    /// <summary>Wall-clock time of the gateway, milliseconds since 1970-01-01 UTC.</summary>
    long ServerTimeMs { get; }

    /// <summary>A room that the sender is in by name, null where it is not in it.</summary>
    IRoom? FindRoom(ReadOnlySpan<byte> name);

    /// <summary>
    /// Begins the <c>data</c> of the next message: write one JSON value, then call the method that sends it. What an earlier call wrote is
    /// forgotten.
    /// </summary>
    Utf8JsonWriter BeginData();

    /// <summary>
    /// Sends an event of this service to a room, with the data begun last. Where the room's history is stored, the client's answer waits until it is; where it cannot be,
    /// nobody gets it and the message is refused.
    /// </summary>
    void Publish(IRoom room, ReadOnlySpan<byte> type, Audience audience = Audience.Everyone, Keeping keeping = Keeping.AsRuled);

    /// <summary>Sends an event of this service to all sessions that a user has in a room, with the data begun last; false where it has none.</summary>
    bool SendToMember(IRoom room, ReadOnlySpan<byte> user, ReadOnlySpan<byte> type);

    /// <summary>Sends an event of this service to all sessions that a user has in the tenant, with the data begun last; false where it has none.</summary>
    bool SendToUser(ReadOnlySpan<byte> user, ReadOnlySpan<byte> type);

    /// <summary>Sends an event of this service to the sender, with the data begun last.</summary>
    void Send(ReadOnlySpan<byte> type);

    /// <summary>Accepts the message with the data begun last as its answer, whether or not the client gave an <c>id</c>.</summary>
    void Answer();

    /// <summary>Refuses the message: the client gets <c>sys.error</c>. <paramref name="message"/> is a short text without secrets.</summary>
    void Fail(ErrorCode code, string message);

    /// <summary>Sends the sender away after its answer: <c>sys.kicked</c> with the reason, a short text for the client, then close 4408.</summary>
    void Kick(string reason);

    /// <summary>
    /// Takes the message out of the line: nothing is answered when the service returns, and what it says to this context afterwards does not count. Messages
    /// that come later do not wait for it. The message's spans have to be copied.
    /// </summary>
    /// <returns>Null where as many messages of the session as may be are out already: the message is refused, and the service just returns.</returns>
    IDeferredMessage? Defer();

    /// <summary>Replaces what is kept at the sender's session.</summary>
    /// <param name="json">One well-formed JSON value; empty for none.</param>
    /// <returns>False where it is longer than 4,096 bytes: what was there stays.</returns>
    bool SetState(ReadOnlySpan<byte> json);

    /// <summary>Takes the sender into a room, which is made where it does not exist. The client is told with <c>sys.joined</c>.</summary>
    /// <param name="name">The room's name as UTF-8.</param>
    /// <param name="activate">True makes it the sender's active room.</param>
    /// <param name="maxHz">How often a second the sender wants one key of the room's lossy Hot frames at most; 0 leaves that as it is.</param>
    /// <param name="since">What the sender has of the room: what it has missed comes before anything newer, where the room's history has all of it.</param>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.ResourceExhausted"/> where a limit of the tenant is reached, or
    /// <see cref="ErrorCode.NotAllowed"/> where the room's rule keeps the sender out.</returns>
    ErrorCode Join(ReadOnlySpan<byte> name, bool activate, double maxHz = 0, HistoryPosition? since = null);

    /// <summary>Takes the sender out of a room that it is in. The client is told with <c>sys.left</c>.</summary>
    void Leave(IRoom room);

    /// <summary>Makes a room that the sender is in its active one.</summary>
    void Activate(IRoom room);

    /// <summary>Writes the rooms that the sender is in as a JSON array of <c>{"room","handle","members","active"}</c>.</summary>
    void WriteRooms(Utf8JsonWriter json);

    /// <summary>
    /// Writes who is in a room into the open JSON object: <c>"count"</c>, <c>"members"</c>, an array of <c>{"user","handles","state"?}</c> in the order in which they
    /// came, and where there are more of them <c>"cursor"</c>.
    /// </summary>
    /// <param name="room">A room that the sender is in.</param>
    /// <param name="after">0 for the first page, afterwards the number that was <c>"cursor"</c>.</param>
    /// <param name="limit">How many at most; there may be fewer where they are long.</param>
    /// <param name="json">The open object.</param>
    void WriteMembers(IRoom room, long after, int limit, Utf8JsonWriter json);

    /// <summary>Sets what the sender's user shows the others in a room that the sender is in.</summary>
    /// <param name="room">The room.</param>
    /// <param name="json">One well-formed JSON value; empty for none.</param>
    /// <returns>False where the room's rule has no presence.</returns>
    bool SetMemberState(IRoom room, ReadOnlySpan<byte> json);
}
