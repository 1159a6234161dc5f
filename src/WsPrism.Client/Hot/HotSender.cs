using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Hot;

/// <summary>
/// Keeps the newest state of each key and sends them in turn, as fast as <c>sys.budget</c> allows and the connection takes: of a key that changes faster the states between
/// are never sent. While there is no connection the newest states wait for the next one. Thread-safe; allocates nothing once it has grown.
/// </summary>
public sealed class HotSender : IDisposable
{
    // How soon to look again where nothing can be sent.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private readonly HotLane _lane;
    private readonly int _maxKeys;
    private readonly ITimer _timer;
    private readonly Dictionary<SlotKey, Slot> _waiting = [];
    private readonly Queue<Slot> _turns = new();
    private readonly Stack<Slot> _free = new();
    private bool _isTimed;
    private bool _isOver;
    private long _replaced;
    private long _dropped;

    internal HotSender(HotLane lane, TimeProvider time, int maxKeys)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxKeys, 1, nameof(maxKeys));
        _lane = lane;
        _maxKeys = maxKeys;
        _timer = time.CreateTimer(static state => ((HotSender)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>States that a newer one of the same key has taken the place of.</summary>
    public long Replaced => Volatile.Read(ref _replaced);

    /// <summary>States that could not be sent: too large.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Sets the newest state of a key; the payload is copied.</summary>
    /// <param name="svcId">The tenant's number of the service.</param>
    /// <param name="opcode">What the frame means to it.</param>
    /// <param name="payload">The state.</param>
    /// <param name="key">What it is the state of; without, of the sender itself.</param>
    /// <param name="room">The joined room it goes to; without, the active one.</param>
    /// <returns>
    /// <see cref="SendResult.Queued"/>, <see cref="SendResult.Full"/> where too many keys wait, <see cref="SendResult.TooLarge"/>, or <see cref="SendResult.Closed"/>.
    /// </returns>
    public SendResult Set(byte svcId, byte opcode, ReadOnlySpan<byte> payload, uint? key = null, string? room = null)
    {
        lock (_gate)
        {
            if (_isOver)
                return SendResult.Closed;

            // With a number, a key and a room.
            if (payload.Length > _lane.MaxFrameBytes - HotFrame.HeaderLength - 3 * sizeof(uint))
                return SendResult.TooLarge;

            var name = new SlotKey(svcId, opcode, key, room);
            if (_waiting.TryGetValue(name, out var slot))
            {
                _replaced++;
            }
            else
            {
                if (_waiting.Count >= _maxKeys)
                    return SendResult.Full;

                slot = _free.Count > 0 ? _free.Pop() : new Slot();
                slot.Name = name;
                _waiting.Add(name, slot);
                _turns.Enqueue(slot);
            }

            slot.Set(payload);

            // Never within the call: of several states set in a row the last one goes.
            Later(TimeSpan.FromMilliseconds(1));
        }

        return SendResult.Queued;
    }

    /// <summary>Forgets what waits and takes nothing more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _waiting.Clear();
            _turns.Clear();
            _free.Clear();
        }

        _timer.Dispose();
        _lane.Remove(this);
    }

    internal void Continue()
    {
        lock (_gate)
            Send();
    }

    /// <summary>How many states wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _isTimed = false;
            Send();
        }
    }

    private void Send()
    {
        for (var left = _turns.Count; left > 0 && _lane.IsIdle; left--)
        {
            if (!_lane.Budget.MaySend(out var wait))
            {
                Later(wait);
                return;
            }

            var slot = _turns.Peek();
            var result = _lane.TrySend(slot.Name.SvcId, slot.Name.Opcode, slot.Payload, slot.Name.Key, slot.Name.Room);

            // The next session calls.
            if (result == SendResult.NotConnected)
                return;

            _turns.Dequeue();
            if (result is SendResult.Full or SendResult.NotInRoom)
            {
                // A room may be on its way back; others need not wait for it.
                _turns.Enqueue(slot);
                Later(Patience);
                continue;
            }

            if (result != SendResult.Queued)
                _dropped++;

            _waiting.Remove(slot.Name);
            _free.Push(slot);
        }
    }

    private void Later(TimeSpan wait)
    {
        if (!_isTimed && !_isOver)
            _isTimed = _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private readonly record struct SlotKey(byte SvcId, byte Opcode, uint? Key, string? Room);

    private sealed class Slot
    {
        private byte[] _bytes = [];
        private int _length;

        public SlotKey Name { get; set; }

        public ReadOnlySpan<byte> Payload => _bytes.AsSpan(0, _length);

        public void Set(ReadOnlySpan<byte> payload)
        {
            if (_bytes.Length < payload.Length)
                _bytes = new byte[Math.Max(payload.Length, 32)];

            payload.CopyTo(_bytes);
            _length = payload.Length;
        }
    }
}
