using WsPrism.Client.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Connection;

// What waits to be sent, both lanes in the order in which it came. Callers of any thread fill one batch while the pump sends the other; then they swap, so that Hot
// frames are copied once and nothing is allocated. What is being sent is the pump's, and so are the counts of what is gone, which anybody reads; all else is under the lock. The
// pump alone calls TryNext, and takes the lock for a batch and not for a message: else it would fight for it with those who fill the other. Hold, Begin and End come while there is
// no pump.
internal sealed class OutboundQueue
{
    private readonly object _gate = new();
    private readonly ClientOptions _options;
    private readonly AsyncSignal _signal = new();
    private OutboundBatch _filling = new();
    private OutboundBatch _sending = new();
    private List<ExtMessage>? _held;
    private TaskCompletionSource<bool>? _place;
    private long _addedMessages;
    private long _addedBytes;
    private long _addedHotBytes;
    private long _goneMessages;
    private long _goneBytes;
    private long _goneHotBytes;
    private bool _isStarted;
    private bool _isConnected;
    private bool _isClosed;

    public OutboundQueue(ClientOptions options) => _options = options;

    /// <summary>The longest message that the gateway takes.</summary>
    public int MaxFrameBytes { get; private set; } = int.MaxValue;

    public bool IsStarted => Volatile.Read(ref _isStarted);

    public bool IsConnected => Volatile.Read(ref _isConnected);

    /// <summary>What is to be said to who wants to send while there is no session.</summary>
    public SendResult OfflineResult => Volatile.Read(ref _isClosed) || !IsStarted ? SendResult.Closed : SendResult.NotConnected;

    /// <summary>Whether so little waits on the Hot lane that a newer state need not wait for a later turn.</summary>
    public bool IsHotIdle => Volatile.Read(ref _addedHotBytes) - Volatile.Read(ref _goneHotBytes) < 4096;

    public SendResult TryAdd(ExtMessage message)
    {
        bool isFirst;
        lock (_gate)
        {
            if (_isClosed || !_isStarted)
                return SendResult.Closed;

            if (!_isConnected && !message.IsRequest)
                return SendResult.NotConnected;

            if (message.Bytes.Length > MaxFrameBytes)
                return SendResult.TooLarge;

            // The client's own few, pings and joins again, have their place always.
            if (!message.IsOwn && !message.GoesFirst && (WaitingMessages >= _options.SendQueueMessages || IsFull(message.Bytes.Length)))
                return SendResult.Full;

            if (_held is not null && !message.GoesFirst)
            {
                _held.Add(message);
                return SendResult.Queued;
            }

            isFirst = _filling.IsEmpty;
            Append(message);
        }

        // Behind others that have woken the pump.
        if (isFirst)
            _signal.Set();
        return SendResult.Queued;
    }

    public SendResult TryAdd(in HotFrame frame)
    {
        var length = HotFrameWriter.GetLength(frame);
        bool isFirst;
        lock (_gate)
        {
            if (!_isConnected)
                return _isClosed || !_isStarted ? SendResult.Closed : SendResult.NotConnected;

            if (length > MaxFrameBytes)
                return SendResult.TooLarge;

            if (IsFull(length))
                return SendResult.Full;

            isFirst = _filling.IsEmpty;
            _filling.Add(frame, length);
            _addedBytes += length;
            Volatile.Write(ref _addedHotBytes, _addedHotBytes + length);
        }

        if (isFirst)
            _signal.Set();
        return SendResult.Queued;
    }

    /// <summary>The client is on its way to a session: requests may wait for it.</summary>
    public void Start() => Volatile.Write(ref _isStarted, true);

    /// <summary>Completes when there may be a place for so many bytes again: at once only where there is one now, or whoever tries again and again would never wait.</summary>
    public Task PlaceAsync(int length)
    {
        lock (_gate)
        {
            if (_isClosed || (_isConnected && WaitingMessages < _options.SendQueueMessages && !IsFull(length)))
                return Task.CompletedTask;

            _place ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _place.Task;
        }
    }

    /// <summary>
    /// A new session comes: what waits is for the one before, but for requests, and until <see cref="Begin"/> what goes first finds its place before these.
    /// </summary>
    public void Hold()
    {
        lock (_gate)
            _held = [.. TakeWaiting().Where(message => message.IsRequest)];
    }

    /// <summary>A connection has a session: what is to be sent again, then what waited. Hot frames of before are gone.</summary>
    public void Begin(IReadOnlyList<ExtMessage> again, int maxFrameBytes)
    {
        TaskCompletionSource<bool>? place;
        lock (_gate)
        {
            var waiting = _held ?? TakeWaiting();
            _held = null;
            MaxFrameBytes = maxFrameBytes;
            foreach (var message in again)
                Append(message);
            foreach (var message in waiting)
                Append(message);

            _isConnected = !_isClosed;
            (place, _place) = (_place, null);
        }

        place?.TrySetResult(true);
        _signal.Set();
    }

    /// <summary>The connection is gone and so is its pump.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isConnected = false;
            foreach (var message in TakeWaiting())
                Append(message);
        }
    }

    /// <summary>Nothing is taken any more. What waits can still be sent.</summary>
    public void Close()
    {
        TaskCompletionSource<bool>? place;
        lock (_gate)
        {
            _isClosed = true;
            _isConnected = false;
            (place, _place) = (_place, null);
        }

        place?.TrySetResult(true);
        _signal.Set();
    }

    public ValueTask WaitAsync() => _signal.WaitAsync();

    public void Wake() => _signal.Set();

    /// <summary>The next message. It stays where it is until the call after. Where <paramref name="isMoreSure"/>, that call will bring another one at once.</summary>
    public bool TryNext(out ReadOnlyMemory<byte> bytes, out bool isText, out bool isMoreSure)
    {
        (bytes, isText) = (default, false);
        while (bytes.IsEmpty && (!_sending.IsEmpty || TrySwap()))
        {
            if (_sending.Take(out bytes) is not { } message)
            {
                Volatile.Write(ref _goneHotBytes, _goneHotBytes + bytes.Length);
                Volatile.Write(ref _goneBytes, _goneBytes + bytes.Length);
                continue;
            }

            Volatile.Write(ref _goneMessages, _goneMessages + 1);
            Volatile.Write(ref _goneBytes, _goneBytes + message.Bytes.Length);
            if (message.TryHandOver())
                (bytes, isText) = (message.Bytes, true);
        }

        isMoreSure = _sending.IsNextSure;
        GivePlace();
        return !bytes.IsEmpty;
    }

    private long WaitingMessages => _addedMessages - Volatile.Read(ref _goneMessages);

    private long WaitingBytes => _addedBytes - Volatile.Read(ref _goneBytes);

    // One message has its place however long it is.
    private bool IsFull(int length) => WaitingBytes is > 0 and var bytes && bytes + length > _options.SendQueueBytes;

    // Called after each message, and once more after the swap that finds nothing: whoever comes to wait before that swap is seen here, and whoever comes after it sees that all is
    // gone.
    private void GivePlace()
    {
        if (Volatile.Read(ref _place) is null)
            return;

        TaskCompletionSource<bool>? place = null;
        lock (_gate)
        {
            // Half of it: one wake for many places.
            if (WaitingMessages <= _options.SendQueueMessages / 2 && WaitingBytes <= _options.SendQueueBytes / 2)
                (place, _place) = (_place, null);
        }

        place?.TrySetResult(true);
    }

    private bool TrySwap()
    {
        lock (_gate)
        {
            (_filling, _sending) = (_sending, _filling);
            _filling.Clear();
        }

        return !_sending.IsEmpty;
    }

    private void Append(ExtMessage message)
    {
        _filling.Add(message);
        _addedMessages++;
        _addedBytes += message.Bytes.Length;
    }

    // Envelopes that were not handed over, in order; the client's own are of their connection.
    private List<ExtMessage> TakeWaiting()
    {
        var waiting = new List<ExtMessage>();
        Keep(_sending, waiting);
        Keep(_filling, waiting);
        (_addedMessages, _addedBytes, _addedHotBytes) = (0, 0, 0);
        (_goneMessages, _goneBytes, _goneHotBytes) = (0, 0, 0);
        return waiting;
    }

    private static void Keep(OutboundBatch batch, List<ExtMessage> waiting)
    {
        foreach (var message in batch.Envelopes)
        {
            if (message is { IsOwn: false })
                waiting.Add(message);
        }

        batch.Clear();
    }
}
