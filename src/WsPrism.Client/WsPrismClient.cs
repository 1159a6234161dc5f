using WsPrism.Client.Chat;
using WsPrism.Client.Connection;
using WsPrism.Client.Ext;
using WsPrism.Client.Hot;
using WsPrism.Client.Market;
using WsPrism.Client.Notices;
using WsPrism.Client.Parties;
using WsPrism.Client.Presence;
using WsPrism.Client.Rooms;
using WsPrism.Client.Time;

namespace WsPrism.Client;

/// <summary>
/// A client of a wsPrism gateway: one user's session, kept over lost connections as long as that can be done. Thread-safe. It owns one loop, which connects, receives and calls
/// all handlers and events, one after the other; handlers must not block, and an <see langword="await"/> in them goes on elsewhere.
/// </summary>
public sealed class WsPrismClient : IAsyncDisposable
{
    private readonly ClientCore _core;
    private readonly ClientLoop _loop;

    /// <summary>Makes a client; <see cref="ConnectAsync"/> starts it. Subscribe before that, and nothing is missed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of the options is beyond what it can be.</exception>
    public WsPrismClient(ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _core = new ClientCore(options);
        _loop = new ClientLoop(options, _core);
        Presence = new PresenceApi(_core.Ext, _core.Rooms, options.MaxMembers, _core.Failed);
        Chat = new ChatApi(_core.Ext);
        Party = new PartyApi(_core.Ext);
        Notices = new NoticesApi(_core.Ext);
    }

    /// <summary>The client has come into another state.</summary>
    public event Action<StateChange>? StateChanged
    {
        add => _loop.StateChanged += value;
        remove => _loop.StateChanged -= value;
    }

    /// <summary>
    /// The client has come back after a lost connection, to its session or to a new one. For a new one this comes when all rooms have been joined again, on any thread; for the
    /// same one before what was missed, on the receive loop.
    /// </summary>
    public event Action<SessionRestored>? SessionRestored
    {
        add => _core.Restored += value;
        remove => _core.Restored -= value;
    }

    /// <summary>Something came that is no message of the protocol. It was ignored, and counted in <see cref="Figures"/>.</summary>
    public event Action? MalformedReceived
    {
        add => _core.MalformedReceived += value;
        remove => _core.MalformedReceived -= value;
    }

    /// <summary>
    /// A handler, an event or the ticket callback threw, or something went wrong for which nobody waits: a roster could not be read, or is full. The client goes on.
    /// </summary>
    public event Action<Exception>? HandlerFailed
    {
        add => _core.HandlerFailed += value;
        remove => _core.HandlerFailed -= value;
    }

    /// <summary>How the client stands.</summary>
    public ClientState State => _loop.State;

    /// <summary>Why it is closed; null while it is not.</summary>
    public CloseReason? CloseReason => _loop.Reason;

    /// <summary>The session, as the latest greeting tells; null before the first.</summary>
    public SessionInfo? Session => _core.Session.Info;

    /// <summary>What the client has come across.</summary>
    public ClientFigures Figures => _core.Counters.Read(_core.Requests.Count);

    /// <summary>Envelopes: sending, asking, subscribing.</summary>
    public ExtLane Ext => _core.Ext;

    /// <summary>Binary frames.</summary>
    public HotLane Hot => _core.HotLane;

    /// <summary>The gateway's clock.</summary>
    public ServerClock Clock => _core.Clock;

    /// <summary>Rooms and their histories.</summary>
    public RoomsApi Rooms => _core.Rooms;

    /// <summary>Who is in a room, and what they show.</summary>
    public PresenceApi Presence { get; }

    /// <summary>What the gateway tells without being asked.</summary>
    public NoticesApi Notices { get; }

    /// <summary>Chat.</summary>
    public ChatApi Chat { get; }

    /// <summary>The user's party.</summary>
    public PartyApi Party { get; }

    /// <summary>Instruments and their latest values.</summary>
    public MarketApi Market => _core.Market;

    /// <summary>
    /// Connects, and completes when there is a session. A gateway that cannot be reached, or refuses for now, is tried again and again, as
    /// <see cref="ClientOptions.MaxAttempts"/> allows; a refusal for good ends the client. Call it once.
    /// </summary>
    /// <param name="cancellation">Gives up and closes the client.</param>
    /// <exception cref="WsPrismException">The client is closed; <see cref="WsPrismException.Reason"/> says why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<SessionInfo> ConnectAsync(CancellationToken cancellation = default) => _loop.StartAsync(cancellation);

    /// <summary>
    /// Sends what waits, ends the session and completes when all is over: within seconds, whatever the gateway does. Requests without an answer fail. Do not wait for it in a
    /// handler: the loop that it waits for would wait for you.
    /// </summary>
    public Task CloseAsync() => _loop.StopAsync();

    /// <summary>As <see cref="CloseAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);
}
