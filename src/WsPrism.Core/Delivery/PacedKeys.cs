using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WsPrism.Core.Delivery;

/// <summary>
/// The keys of one receiver under <c>hot.max_hz</c>, or under its own wish for less: when each was last let through, and the latest state of those that came
/// again too soon. A room's BATCH is one key. Holds <c>hot_max_keys</c> keys and states at most; one shard's, handed from session to session while idle, so
/// that an idle session has none. Owned by the shard's thread.
/// </summary>
internal sealed class PacedKeys
{
    private const long NsPerMs = 1_000_000;

    private readonly BatchBuilder _batches;
    private readonly Dictionary<ConflationKey, Entry> _entries = [];

    // Held keys by when they may go and, at one moment, by when they began to wait. What was dropped since stays in it until then; its stamp is not the entry's.
    private readonly PriorityQueue<ConflationKey, (long DueNs, long Stamp)> _due = new();
    private Outbox _outbox = null!;
    private long _lastStamp;
    private long _latestDueNs;
    private long _sweptAtNs = -1;

    public PacedKeys(BatchBuilder batches) => _batches = batches;

    /// <summary>States that wait.</summary>
    public int HeldStates { get; private set; }

    /// <summary>Keys remembered: those with a state that waits, and those that had one let through a moment ago.</summary>
    public int Count => _entries.Count;

    /// <summary>True where it has grown too large to be kept for others.</summary>
    public bool IsLarge => _entries.Capacity > 1_024;

    /// <summary>Begins to serve a receiver, whose outbox counts what becomes of the states; null ends it, when nothing waits any more.</summary>
    public void Serve(Outbox? outbox)
    {
        _outbox = outbox!;
        _entries.Clear();
        _due.Clear();
        HeldStates = 0;
        _latestDueNs = 0;
    }

    /// <summary>True where nothing waits and every key may go.</summary>
    public bool IsIdle(long nowNs) => HeldStates == 0 && _latestDueNs <= nowNs;

    /// <summary>True where the frame may go now: it stays the caller's. Otherwise it is held in its key's place, and a reference is taken over.</summary>
    public bool TryPass(OutboundFrame frame, long paceNs, long nowNs, int maxStates)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, frame.Key);
        if (Unsafe.IsNullRef(ref entry))
        {
            MakeRoom(nowNs, maxStates);
            _entries.Add(frame.Key, new Entry { PaceNs = paceNs, DueNs = NoteDue(nowNs + paceNs) });
            return true;
        }

        entry.PaceNs = paceNs;
        if (entry.Held is { } older)
        {
            Replace(ref entry, older, frame, maxStates);
        }
        else if (IsDue(entry.DueNs, nowNs))
        {
            entry.DueNs = NoteDue(NextDue(entry, nowNs));
            return true;
        }
        else
        {
            entry.Held = frame;
            entry.Stamp = ++_lastStamp;
            HeldStates += frame.States;
            _due.Enqueue(frame.Key, (entry.DueNs, entry.Stamp));
        }

        DropOldest(maxStates);
        return false;
    }

    /// <summary>Takes a frame whose time has come, without what has expired; the reference is the caller's.</summary>
    public bool TryTakeDue(long nowNs, out OutboundFrame frame)
    {
        while (TryPeekDue(out var dueNs) && IsDue(dueNs, nowNs))
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, _due.Dequeue());
            var held = entry.Held!;
            HeldStates -= held.States;
            entry.Held = null;
            var left = _batches.Without(held, StateFilter.Expired(nowNs), out var expired);
            _outbox.EndStates(Fate.Expired, expired);
            if (left is not null)
            {
                entry.DueNs = NoteDue(NextDue(entry, nowNs));
                frame = left;
                return true;
            }
        }

        frame = null!;
        return false;
    }

    /// <summary>Takes a frame of a room whose time has not come, without what has expired; the reference is the caller's.</summary>
    public bool TryTakeOf(uint room, long nowNs, out OutboundFrame frame)
    {
        foreach (var key in _entries.Keys)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (entry.Held is { } held && key.Room == room)
            {
                HeldStates -= held.States;
                entry.Held = null;
                var left = _batches.Without(held, StateFilter.Expired(nowNs), out var expired);
                _outbox.EndStates(Fate.Expired, expired);
                if (left is not null)
                {
                    frame = left;
                    return true;
                }
            }
        }

        frame = null!;
        return false;
    }

    /// <summary>When the next held frame may go, in milliseconds; false where none is held.</summary>
    public bool TryGetNextDueMs(out long dueMs)
    {
        var any = TryPeekDue(out var dueNs);
        dueMs = dueNs / NsPerMs;
        return any;
    }

    /// <summary>Ends held states; their keys are remembered, or leaving and joining again would be a way to get more.</summary>
    public void Drop(in StateFilter filter, Fate fate)
    {
        foreach (var key in _entries.Keys)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (entry.Held is { } held)
            {
                entry.Held = _batches.Without(held, filter, out var dropped);
                HeldStates -= dropped;
                _outbox.EndStates(fate, dropped);
            }
        }
    }

    /// <summary>Ends all that is held.</summary>
    public void Discard()
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.Held is { } held)
            {
                _outbox.EndStates(Fate.SessionClosed, held.States);
                held.Release();
            }
        }
    }

    // To the millisecond, as the wheel wakes.
    private static bool IsDue(long dueNs, long nowNs) => dueNs / NsPerMs <= nowNs / NsPerMs;

    // From when it was due rather than from now, as far as the wheel's rounding goes: 60 a second are 60 and not 58.
    private static long NextDue(in Entry entry, long nowNs) => Math.Max(entry.DueNs, nowNs - NsPerMs) + entry.PaceNs;

    private long NoteDue(long dueNs)
    {
        _latestDueNs = Math.Max(_latestDueNs, dueNs);
        return dueNs;
    }

    private bool TryPeekDue(out long dueNs)
    {
        while (_due.TryPeek(out var key, out var due))
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (!Unsafe.IsNullRef(ref entry) && entry.Held is not null && entry.Stamp == due.Stamp)
            {
                dueNs = due.DueNs;
                return true;
            }

            _due.Dequeue();
        }

        dueNs = 0;
        return false;
    }

    private void Replace(ref Entry entry, OutboundFrame older, OutboundFrame newer, int maxStates)
    {
        var (merged, conflated, overflow) = (newer, older.States, 0);
        if (newer.Batch is not null)
        {
            merged = _batches.Merge(older, newer, maxStates, out conflated, out overflow);
            newer.Release();
        }

        HeldStates += merged.States - older.States;
        entry.Held = merged;
        older.Release();
        _outbox.EndStates(Fate.Conflated, conflated);
        _outbox.EndStates(Fate.Overflow, overflow);
    }

    private void DropOldest(int maxStates)
    {
        while (HeldStates > maxStates)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, OldestHeld());
            var held = entry.Held!;
            var count = Math.Min(HeldStates - maxStates, held.States);
            entry.Held = count < held.States ? _batches.WithoutOldest(held, count) : null;
            if (entry.Held is null)
            {
                held.Release();
            }

            HeldStates -= count;
            _outbox.EndStates(Fate.Overflow, count);
        }

        // What was dropped must not pile up in the heap before its time comes.
        if (_due.Count > (2 * _entries.Count) + 16)
        {
            _due.Clear();
            foreach (var (key, entry) in _entries)
            {
                if (entry.Held is not null)
                {
                    _due.Enqueue(key, (entry.DueNs, entry.Stamp));
                }
            }
        }
    }

    // A place for one more key: keys whose time is over are forgotten, then the one nearest to it, and where all have a state waiting the oldest state goes.
    private void MakeRoom(long nowNs, int maxKeys)
    {
        if (_entries.Count < maxKeys)
        {
            return;
        }

        if (_sweptAtNs == nowNs)
        {
            // Nothing has become free since: whoever sends ever new keys does not get a search for each.
            Forget(_entries.Keys.First());
            return;
        }

        _sweptAtNs = nowNs;
        var (nearest, nearestDueNs) = (default(ConflationKey), long.MaxValue);
        foreach (var (key, entry) in _entries)
        {
            if (entry.Held is not null)
            {
                continue;
            }

            if (IsDue(entry.DueNs, nowNs))
            {
                _entries.Remove(key);
            }
            else if (entry.DueNs < nearestDueNs)
            {
                (nearest, nearestDueNs) = (key, entry.DueNs);
            }
        }

        if (_entries.Count < maxKeys)
        {
            return;
        }

        Forget(nearestDueNs == long.MaxValue ? OldestHeld() : nearest);
    }

    private void Forget(in ConflationKey key)
    {
        _entries.Remove(key, out var entry);
        if (entry.Held is { } held)
        {
            HeldStates -= held.States;
            _outbox.EndStates(Fate.Overflow, held.States);
            held.Release();
        }
    }

    private ConflationKey OldestHeld()
    {
        var (oldest, oldestStamp) = (default(ConflationKey), long.MaxValue);
        foreach (var (key, entry) in _entries)
        {
            if (entry.Held is not null && entry.Stamp < oldestStamp)
            {
                (oldest, oldestStamp) = (key, entry.Stamp);
            }
        }

        return oldest;
    }

    private struct Entry
    {
        public OutboundFrame? Held;
        public long DueNs;
        public long PaceNs;
        public long Stamp;
    }
}
