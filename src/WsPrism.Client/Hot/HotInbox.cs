using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Hot;

// Hot frames as they come: unpacked, judged by their numbers, given to handlers. Owned by the receive loop, which allocates nothing here; handlers are copied on change
// under the lock.
internal sealed class HotInbox
{
    private readonly object _gate = new();
    private readonly Handler[]?[] _handlers = new Handler[]?[256];
    private readonly SequenceBook _numbers;
    private readonly Action<Exception> _failed;
    private readonly HotAcknowledgements _acknowledgements;
    private Handler[] _everything = [];
    private long _received;
    private long _stale;
    private long _gaps;
    private long _malformed;
    private int _tracked;

    public HotInbox(int keys, HotAcknowledgements acknowledgements, Action<Exception> failed)
    {
        _acknowledgements = acknowledgements;
        _numbers = new SequenceBook(keys);
        _failed = failed;
    }

    public HotFigures Read(long sent) => new(
        Volatile.Read(ref _received), Volatile.Read(ref _stale), Volatile.Read(ref _gaps), Volatile.Read(ref _malformed), Volatile.Read(ref _tracked), sent);

    public IDisposable Add(byte svcId, int opcode, HotHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var added = new Handler(this, svcId, opcode, handler);
        lock (_gate)
            Volatile.Write(ref _handlers[svcId], [.. _handlers[svcId] ?? [], added]);

        return added;
    }

    public IDisposable Add(HotHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var added = new Handler(this, 0, -1, handler);
        lock (_gate)
            Volatile.Write(ref _everything, [.. _everything, added]);

        return added;
    }

    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (HotFrameReader.TryRead(bytes, HotDirection.FromServer, out var frame) != ErrorCode.None)
        {
            _malformed++;
            return;
        }

        if (!frame.Has(HotFlags.Batch))
        {
            Take(frame);
            return;
        }

        if (!IsBatch(frame))
        {
            _malformed++;
            return;
        }

        var states = new HotBatchReader(frame);
        while (states.TryReadNext(out var state))
        {
            HotFrameReader.TryRead(state, HotDirection.FromServer, out var inner);
            Take(inner);
        }
    }

    /// <summary>A new session: all numbers begin anew.</summary>
    public void Clear()
    {
        _numbers.Clear();
        _tracked = 0;
    }

    /// <summary>Whatever comes next of these instruments is a beginning.</summary>
    public void Forget(byte svcId, HashSet<uint> keys) => Forget(key => key.SvcId == svcId && keys.Contains(key.Key));

    /// <summary>
    /// A room is joined: it begins with the latest state of every key, which may have been seen before the room was left. Frames without ROOM are of the active room, which a
    /// join may change.
    /// </summary>
    public void Joined(uint room) => Forget(key => (key.Fields & HotFlags.Room) == 0 || key.Room == room);

    private void Forget(Func<HotKey, bool> which)
    {
        _numbers.Forget(which);
        _tracked = _numbers.Count;
    }

    // All of it is looked at first: half a batch is no state of a room.
    private static bool IsBatch(in HotFrame frame)
    {
        var states = new HotBatchReader(frame);
        while (states.TryReadNext(out var state))
        {
            if (HotFrameReader.TryRead(state, HotDirection.FromServer, out _) != ErrorCode.None)
                return false;
        }

        return !states.IsMalformed;
    }

    private void Take(in HotFrame frame)
    {
        if (frame.Has(HotFlags.Ack))
        {
            _acknowledgements.Take(frame);
            return;
        }

        if (frame.Has(HotFlags.Seq) && !IsNews(frame))
        {
            _stale++;
            return;
        }

        _received++;
        if (Volatile.Read(ref _everything) is { Length: > 0 } everything)
            Dispatch(everything, frame);
        if (Volatile.Read(ref _handlers[frame.SvcId]) is { } handlers)
            Dispatch(handlers, frame);
    }

    private bool IsNews(in HotFrame frame)
    {
        var key = HotKey.Of(frame);
        if (_numbers.TryGet(key, out var last))
        {
            if (!SequenceNumber.IsNewer(frame.Seq, last))
                return false;

            _gaps += frame.Seq - last - 1;
        }

        _numbers.Set(key, frame.Seq, out _);
        _tracked = _numbers.Count;
        return true;
    }

    private void Dispatch(Handler[] handlers, in HotFrame frame)
    {
        foreach (var handler in handlers)
        {
            if (!handler.Wants(frame.Opcode))
                continue;

            try
            {
                handler.Call(frame);
            }
            catch (Exception exception)
            {
                _failed(exception);
            }
        }
    }

    private void Remove(Handler handler)
    {
        lock (_gate)
        {
            Volatile.Write(ref _everything, [.. _everything.Where(other => other != handler)]);
            Volatile.Write(ref _handlers[handler.SvcId], [.. (_handlers[handler.SvcId] ?? []).Where(other => other != handler)]);
        }
    }

    private sealed class Handler(HotInbox owner, byte svcId, int opcode, HotHandler handler) : IDisposable
    {
        private volatile bool _isOver;

        public byte SvcId => svcId;

        public bool Wants(byte frames) => !_isOver && (opcode < 0 || opcode == frames);

        public void Call(in HotFrame frame) => handler(frame);

        public void Dispose()
        {
            _isOver = true;
            owner.Remove(this);
        }
    }
}
