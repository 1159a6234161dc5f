using System.Text.Json;
using WsPrism.Client.Ext;
using WsPrism.Client.Rooms;

namespace WsPrism.Client.Presence;

/// <summary>
/// Who is in a room, kept up to date: read page by page when the room is joined, changed by what the room tells, and read anew after a loss. <see cref="Users"/> may be read by
/// anybody; <see cref="Changed"/> comes on the receive loop, which alone writes, under the lock.
/// </summary>
public sealed class Roster : IDisposable
{
    // Whoever answers with ever another cursor is no gateway.
    private const int MaxPages = 1000;

    private readonly object _gate = new();
    private readonly ExtLane _ext;
    private readonly string _room;
    private readonly Action<Exception> _failed;
    private readonly IDisposable[] _subscriptions;
    private Dictionary<string, Entry> _users = new(StringComparer.Ordinal);

    // What is being read; null where all is read, or nothing yet.
    private Dictionary<string, Entry>? _reading;
    private bool _isRead;
    private long _order;
    private int _turn;
    private int _pages;

    internal Roster(ExtLane ext, string room, RoomsApi rooms, Action<Exception> failed)
    {
        _ext = ext;
        _room = room;
        _failed = failed;
        _subscriptions =
        [
            ext.On("presence", null, OnChange, room),
            ext.On("sys", "joined", _ => Read(), room),
            ext.On("sys", "lagging", _ => ReadAgain()),
        ];

        // Looked at after that, so that no join comes between.
        if (rooms.Find(room) is not null)
            Read();
    }

    /// <summary>All pages are read, or somebody came, changed or left. With <see cref="Users"/> as they are then.</summary>
    public event Action<IReadOnlyList<Member>>? Changed;

    /// <summary>The users, in the order in which they were seen first.</summary>
    public IReadOnlyList<Member> Users
    {
        get
        {
            lock (_gate)
                return [.. _users.Values.OrderBy(entry => entry.Order).Select(entry => entry.Member)];
        }
    }

    /// <summary>Keeps it no more.</summary>
    public void Dispose()
    {
        lock (_gate)
            _turn++;

        foreach (var subscription in _subscriptions)
            subscription.Dispose();
    }

    private void ReadAgain()
    {
        bool isKnown;
        lock (_gate)
            isKnown = _isRead || _reading is not null;

        if (isKnown)
            Read();
    }

    private void Read()
    {
        int turn;
        lock (_gate)
        {
            turn = ++_turn;
            _pages = 0;
            _reading = new Dictionary<string, Entry>(StringComparer.Ordinal);
        }

        _ = AskAsync(turn, null);
    }

    // Pages are taken in on the receive loop, before whatever comes behind them.
    private async Task AskAsync(int turn, string? cursor)
    {
        try
        {
            var data = cursor is null ? JsonData.Parse("{}") : JsonFields.Of("cursor", cursor);
            await _ext.RequestAsync("room", "members", _room, data, new RequestOptions { RateLimitRetries = 5 }, page => Take(turn, page), default).ConfigureAwait(false);
        }
        catch (WsPrismException exception) when (exception.Code is ClientErrorCodes.SessionLost or ClientErrorCodes.Closed)
        {
            // The room is joined again, or nobody asks any more.
        }
        catch (WsPrismException exception)
        {
            _failed(exception);
        }
    }

    private void Take(int turn, JsonElement answer)
    {
        var page = new MemberPage(answer);
        bool isLast;
        lock (_gate)
        {
            if (turn != _turn || _reading is null)
                return;

            Put(_reading, page.Members);
            isLast = page.Cursor is null || ++_pages == MaxPages;
            if (isLast)
                (_users, _reading, _isRead) = (_reading, null, true);
        }

        if (isLast)
            Tell();
        else
            _ = AskAsync(turn, page.Cursor);
    }

    private void OnChange(Message message)
    {
        var change = new PresenceChange(message);
        bool isTold;
        lock (_gate)
        {
            var users = _reading ?? _users;
            isTold = _reading is null && _isRead;
            if (change.Kind != "leave")
            {
                Put(users, change.Users);
            }
            else
            {
                foreach (var user in change.Users)
                    users.Remove(user.User);
            }
        }

        if (isTold)
            Tell();
    }

    private void Put(Dictionary<string, Entry> users, IReadOnlyList<Member> members)
    {
        foreach (var member in members)
            users[member.User] = new Entry(users.TryGetValue(member.User, out var known) ? known.Order : ++_order, member);
    }

    private void Tell()
    {
        try
        {
            Changed?.Invoke(Users);
        }
        catch (Exception exception)
        {
            _failed(exception);
        }
    }

    private readonly record struct Entry(long Order, Member Member);
}
