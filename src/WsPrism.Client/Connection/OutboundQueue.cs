using WsPrism.Client.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Connection;

// What waits to be sent, both lanes in the order in which it came. Callers of any thread fill one batch while the pump sends the other; then they swap, so that Hot
// frames are copied once and nothing is allocated. All state is under the lock; the pump alone calls TryNext, and Begin and End come while there is no pump.
internal sealed class OutboundQueue
{
    private readonly object _gate = new();
    private readonly ClientOptions _options;
    private readonly AsyncSignal _signal = new();
    private OutboundBatch _filling = new();
    private OutboundBatch _sending = new();
    private List<ExtMessage>? _held;
    private TaskCompletionSource<bool>? _place;
    private int _next;
    private int _messages;
    private int _bytes;
    private int _hotBytes;
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
    public bool IsHotIdle => Volatile.Read(ref _hotBytes) < 4096;

    public SendResult TryAdd(ExtMessage message)
    {
        lock (_gate)
        {
            if (_isClosed || !_isStarted)
                return SendResult.Closed;

            if (!_isConnected && !message.IsRequest)
                return SendResult.NotConnected;

            if (message.Bytes.Length > MaxFrameBytes)
                return SendResult.TooLarge;

            // The client's own few, pings and joins again, have their place always.
            if (!message.IsOwn && !message.GoesFirst && (_messages >= _options.SendQueueMessages || IsFull(message.Bytes.Length)))
                return SendResult.Full;

            if (_held is not null && !message.GoesFirst)
                _held.Add(message);
            else
                Append(message);
        }

        _signal.Set();
        return SendResult.Queued;
    }

    public SendResult TryAdd(in HotFrame frame)
    {
        var length = HotFrameWriter.GetLength(frame);
        lock (_gate)
        {
            if (!_isConnected)
                return _isClosed || !_isStarted ? SendResult.Closed : SendResult.NotConnected;

            if (length > MaxFrameBytes)
                return SendResult.TooLarge;

            if (IsFull(length))
                return SendResult.Full;

            _filling.Add(frame, length);
            _hotBytes += length;
        }

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
            if (_isClosed || (_isConnected && _messages < _options.SendQueueMessages && !IsFull(length)))
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

    /// <summary>The next message. It stays where it is until the call after.</summary>
    public bool TryNext(out ReadOnlyMemory<byte> bytes, out bool isText)
    {
        TaskCompletionSource<bool>? place = null;
        lock (_gate)
        {
            (bytes, isText) = (default, false);
            while (_next < _sending.Count || TrySwap())
            {
                ref readonly var entry = ref _sending[_next++];
                if (entry.Message is null)
                {
                    bytes = _sending.BytesOf(entry);
                    Volatile.Write(ref _hotBytes, _hotBytes - bytes.Length);
                    break;
                }

                Forget(entry.Message);
                if (!entry.Message.TryHandOver())
                    continue;

                (bytes, isText) = (entry.Message.Bytes, true);
                break;
            }

            // Half of it: one wake for many places.
            if (_place is not null && _messages <= _options.SendQueueMessages / 2 && _bytes + _hotBytes <= _options.SendQueueBytes / 2)
                (place, _place) = (_place, null);
        }

        place?.TrySetResult(true);
        return !bytes.IsEmpty;
    }

    // One message has its place however long it is.
    private bool IsFull(int length) => _bytes + _hotBytes > 0 && _bytes + _hotBytes + length > _options.SendQueueBytes;

    private bool TrySwap()
    {
        (_filling, _sending) = (_sending, _filling);
        _filling.Clear();
        _next = 0;
        return _sending.Count > 0;
    }

    private void Append(ExtMessage message)
    {
        _filling.Add(message);
        _messages++;
        _bytes += message.Bytes.Length;
    }

    private void Forget(ExtMessage message)
    {
        _messages--;
        _bytes -= message.Bytes.Length;
    }

    // Envelopes that were not handed over, in order; the client's own are of their connection.
    private List<ExtMessage> TakeWaiting()
    {
        var waiting = new List<ExtMessage>();
        for (; _next < _sending.Count; _next++)
            Keep(_sending[_next].Message, waiting);
        for (var i = 0; i < _filling.Count; i++)
            Keep(_filling[i].Message, waiting);

        _sending.Clear();
        _filling.Clear();
        (_next, _messages, _bytes, _hotBytes) = (0, 0, 0, 0);
        return waiting;
    }

    private static void Keep(ExtMessage? message, List<ExtMessage> waiting)
    {
        if (message is { IsOwn: false })
            waiting.Add(message);
    }
}
