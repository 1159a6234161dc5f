using System.Text.Json;
using WsPrism.Client.Connection;
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
    private readonly RoomsApi _rooms;
    private readonly string _room;
    private readonly int _most;
    private readonly Action<Exception> _failed;
    private readonly IDisposable[] _subscriptions;
    private RosterUsers _users;

    // What is being read; null where all is read, or nothing yet. One page is asked for at a time, however often there is a reason to begin again.
    private RosterUsers? _reading;
    private int _pages;
    private bool _isWanted;
    private bool _isFullTold;
    private bool _isOver;

    internal Roster(ExtLane ext, string room, RoomsApi rooms, int most, Action<Exception> failed)
    {
        _ext = ext;
        _room = room;
        _rooms = rooms;
        _most = most;
        _failed = failed;
        _users = new RosterUsers(most);
        _subscriptions =
        [
            ext.On("presence", null, OnChange, room),
            ext.On("sys", "joined", _ => Read(), room),
            ext.On("sys", "lagging", _ => Read()),
        ];

        // Looked at after that, so that no join comes between.
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
                return _users.ToArray();
        }
    }

    /// <summary>
    /// Whether there are more users than <see cref="ClientOptions.MaxMembers"/>: the others are left out. <see cref="WsPrismClient.HandlerFailed"/> says so as well, once, with
    /// <see cref="ClientErrorCodes.BufferFull"/>. When there are no more than that it is read anew.
    /// </summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _users.IsFull;
        }
    }

    /// <summary>Keeps it no more.</summary>
    public void Dispose()
    {
        lock (_gate)
            _isOver = true;

        foreach (var subscription in _subscriptions)
            subscription.Dispose();
    }

    private void Read()
    {
        // Joining reads.
        if (_rooms.Find(_room) is null)
            return;

        lock (_gate)
        {
            _isWanted = true;
            if (_reading is not null || _isOver)
                return;

            Begin();
        }

        _ = AskAsync(null);
    }

    private void Begin()
    {
        (_isWanted, _pages) = (false, 0);
        _reading = new RosterUsers(_most);
    }

    // Pages are taken in on the receive loop, before whatever comes behind them.
    private async Task AskAsync(string? cursor)
    {
        try
        {
            var data = cursor is null ? JsonData.Parse("{}") : JsonFields.Of("cursor", cursor);
            await _ext.RequestAsync("room", "members", _room, data, new RequestOptions { RateLimitRetries = 5 }, Take, default).ConfigureAwait(false);
        }
        catch (WsPrismException exception)
        {
            if (TryEnd())
                _ = AskAsync(null);

            // After a lost session the room is joined again, and of a closed client nobody asks any more.
            if (exception.Code is not (ClientErrorCodes.SessionLost or ClientErrorCodes.Closed))
                _failed(exception);
        }
    }

    // Nothing came of it. True where there is a reason to begin again.
    private bool TryEnd()
    {
        lock (_gate)
        {
            _reading = null;
            if (!_isWanted || _isOver)
                return false;

            Begin();
            return true;
        }
    }

    private void Take(JsonElement answer)
    {
        var page = new MemberPage(answer);
        var cursor = page.Cursor;
        bool isDone;
        lock (_gate)
        {
            if (_isOver || _reading is null)
                return;

            if (_isWanted)
            {
                Begin();
                (cursor, isDone) = (null, false);
            }
            else
            {
                _reading.Put(page.Members);
                if (cursor is not null && ++_pages == MaxPages)
                    _reading.MarkFull();
                isDone = cursor is null || _reading.IsFull;
                if (isDone)
                    (_users, _reading) = (_reading, null);
            }
        }

        if (isDone)
            Tell();
        else
            _ = AskAsync(cursor);
    }

    private void OnChange(Message message)
    {
        var change = new PresenceChange(message);
        bool isTold;
        bool fitsAgain;
        lock (_gate)
        {
            // Into both: should the reading come to nothing, what was kept goes on.
            var isNews = Take(_users, change);
            if (_reading is not null)
                Take(_reading, change);
            isTold = _reading is null && (isNews || _users.IsFull != _isFullTold);
            fitsAgain = _reading is null && _users.IsFull && message.Data.NumberOf("count") <= (ulong)_most;
        }

        if (isTold)
            Tell();
        if (fitsAgain)
            Read();
    }

    private static bool Take(RosterUsers users, PresenceChange change) => change.Kind == "leave" ? users.Remove(change.Users) : users.Put(change.Users);

    private void Tell()
    {
        bool isNews;
        lock (_gate)
        {
            isNews = _users.IsFull && !_isFullTold;
            _isFullTold = _users.IsFull;
        }

        if (isNews)
            _failed(new WsPrismException(ClientErrorCodes.BufferFull, $"There are more users in {_room} than may be remembered."));

        Changed.Raise(Users, _failed);
    }
}
