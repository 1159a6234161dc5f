using WsPrism.Client.Ext;
using WsPrism.Client.Hot;
using WsPrism.Client.Market;
using WsPrism.Client.Rooms;
using WsPrism.Client.Time;

namespace WsPrism.Client.Connection;

// The parts of a client, put together, and what happens when a session begins or goes on. Each part guards its own state; what is called from the receive loop says so.
internal sealed class ClientCore
{
    private readonly ClientOptions _options;
    private int _renewing;
    private int _resent;

    public ClientCore(ClientOptions options)
    {
        _options = options;
        Clock = new ServerClock(options.Time, Failed);
        Queue = new OutboundQueue(options);
        Requests = new PendingRequests(options.MaxPendingRequests, options.SendQueueBytes);
        RoomBook = new RoomBook(options.MaxRooms);
        Ext = new ExtLane(options, Queue, Requests, Subscriptions, RoomBook);
        Rooms = new RoomsApi(Ext, RoomBook);
        var acknowledgements = new HotAcknowledgements();
        HotInbox = new HotInbox(options.MaxHotKeys, acknowledgements, Failed);
        HotLane = new HotLane(options, Queue, HotInbox, RoomBook, new HotBudget(options.Time), acknowledgements);
        Market = new MarketApi(Ext, HotLane, HotInbox, options.MarketSvcId, Failed);
        Inbox = new Inbox(this);
    }

    public event Action<Exception>? HandlerFailed;

    public event Action<SessionRestored>? Restored;

    public event Action? Opened;

    public event Action? MalformedReceived;

    public ClientCounters Counters { get; } = new();

    public SessionKeeper Session { get; } = new();

    public Subscriptions Subscriptions { get; } = new();

    public RoomBook RoomBook { get; }

    public ServerClock Clock { get; }

    public OutboundQueue Queue { get; }

    public PendingRequests Requests { get; }

    public ExtLane Ext { get; }

    public RoomsApi Rooms { get; }

    public HotInbox HotInbox { get; }

    public HotLane HotLane { get; }

    public MarketApi Market { get; }

    public Inbox Inbox { get; }

    /// <summary>The first frame, on the receive loop: puts in order what is sent next. False where it answers something else than what was asked.</summary>
    public bool TryGreet(Message greeting, ResumePoint? asked)
    {
        if (greeting.Type == "authed")
        {
            BeginSession(greeting);
            return true;
        }

        if (!Session.TryGoOn(greeting, asked))
            return false;

        Counters.Resume();
        Requests.FailLonger(Session.Info!.MaxFrameBytes);
        var again = Requests.TakeUp();
        _resent = again.Count;
        Queue.Begin(again, Session.Info.MaxFrameBytes);
        return true;
    }

    /// <summary>The connection takes what is sent now.</summary>
    public void Greeted(Message greeting)
    {
        Opened?.Invoke();
        if (greeting.Type == "resumed")
            Tell(new SessionRestored(true, (int)greeting.Data.NumberOf("replayed", int.MaxValue), _resent, null, []));

        HotLane.Continue();
    }

    /// <summary>Something came that is no message of the protocol.</summary>
    public void Malformed()
    {
        Counters.Malformed();
        if (MalformedReceived is not { } handlers)
            return;

        foreach (var handler in handlers.GetInvocationList())
        {
            try
            {
                ((Action)handler)();
            }
            catch (Exception exception)
            {
                Failed(exception);
            }
        }
    }

    /// <summary>What a handler of the application threw. Who fails at hearing of failures is not told of that too.</summary>
    public void Failed(Exception exception) => HandlerFailed.Raise(exception, static _ => { });

    /// <summary>The ticket ends soon: gets another one, beside the receive loop.</summary>
    public void RenewTicket()
    {
        if (_options.RenewsTickets && Interlocked.Exchange(ref _renewing, 1) == 0)
            _ = RenewTicketAsync();
    }

    private void BeginSession(Message authed)
    {
        var failure = Session.Begin(authed);
        Counters.Session();
        Clock.Clear();
        HotInbox.Clear();
        HotLane.Budget.BeginSession();
        Queue.Hold();
        Requests.FailLonger(Session.Info!.MaxFrameBytes);
        var again = Requests.StartOver();
        var rooms = failure is null ? [] : RoomBook.StartOver();
        var joins = Rooms.JoinAgainAsync(rooms);
        Market.SubscribeAgain();
        Queue.Begin(again, Session.Info.MaxFrameBytes);
        if (failure is not null)
            _ = TellAsync(failure, joins);
    }

    private async Task RenewTicketAsync()
    {
        try
        {
            await Task.Yield();
            var ticket = await _options.Tickets(default).ConfigureAwait(false);
            await Ext.RequestAsync("sys", "refresh", null, Ticket(ticket), new RequestOptions { GoesFirst = true }).ConfigureAwait(false);
        }
        catch (WsPrismException exception) when (exception.Code == ClientErrorCodes.Closed)
        {
            // Nobody needs it any more.
        }
        catch (Exception exception)
        {
            // The gateway closes with 4401 then, and the next connect asks for a ticket again.
            Failed(exception);
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }

    private static JsonData Ticket(string ticket) => JsonData.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("ticket", ticket);
        writer.WriteEndObject();
    });

    private async Task TellAsync(string failure, Task<IReadOnlyList<RoomRecovery>?> joins)
    {
        if (await joins.ConfigureAwait(false) is { } rooms)
            Tell(new SessionRestored(false, 0, 0, failure, rooms));
    }

    private void Tell(SessionRestored restored) => Restored.Raise(restored, Failed);
}
