using WsPrism.Core.Configuration;

namespace WsPrism.Core.Delivery;

/// <summary>
/// The delivery queue of one session: four classes, each bounded, drained in order (PROTOCOL §5). Memory is bounded by <see cref="OutboxLimits"/>
/// whatever the consumer does, and publishing never waits. Every frame put in ends in exactly one fate of the ledgers. Owned by the shard's thread.
/// </summary>
internal sealed class Outbox
{
    private readonly Ledger _session;
    private readonly Ledger _tenant;
    private readonly BatchBuilder _batches;
    private FrameQueue _control;
    private FrameQueue _hotReliable;
    private FrameQueue _ext;
    private ConflationQueue _hotLossy;
    private OutboundFrame? _close;
    private DrainCursor _drained;

    // What the batches among the lossy frames hold beyond one state each.
    private int _extraStates;

    public Outbox(Ledger session, Ledger tenant, BatchBuilder? batches = null)
    {
        _session = session;
        _tenant = tenant;
        _batches = batches ?? new BatchBuilder();
    }

    /// <summary>Where delivered bytes are counted; null where no rate is set.</summary>
    public ByteBudget? Budget { get; set; }

    /// <summary>What makes it outlive its connection; null where it does not.</summary>
    public ResumeBuffer? Resume { get; private set; }

    /// <summary>True while there is no connection, and there may be another.</summary>
    public bool IsDetached => Resume is { IsDetached: true };

    /// <summary>True once the close frame is queued: nothing more is taken in.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>True while nothing waits.</summary>
    public bool IsEmpty =>
        _control.Count + _hotReliable.Count + _hotLossy.Count + _ext.Count == 0 && _close is null && Resume is not { IsReplaying: true };

    /// <summary>Envelopes dropped since this was last read and set to 0: what <c>sys.lagging</c> tells.</summary>
    public int DroppedExt { get; set; }

    /// <summary>True where the frame finds a place and no other gives way for it.</summary>
    public bool CanAppend(OutboundFrame frame, OutboxLimits limits) => frame.Class switch
    {
        DeliveryClass.Control => HasRoom(_control, frame, OutboxLimits.ControlFrames, OutboxLimits.ControlBytes),
        DeliveryClass.HotReliable => HasRoom(_hotReliable, frame, int.MaxValue, limits.HotReliableBytes),
        DeliveryClass.HotLossy => _hotLossy.Count + _extraStates + frame.States <= limits.HotMaxKeys && !_hotLossy.Contains(frame.Key),
        _ => HasRoom(_ext, frame, limits.ExtMessages, limits.ExtBytes),
    };

    /// <summary>True while envelopes wait.</summary>
    public bool HasExt => _ext.Count > 0 || Resume is { IsReplaying: true };

    /// <summary>True where so many envelopes more find a place.</summary>
    public bool HasPlaceForExt(int count, long bytes, OutboxLimits limits) => _ext.Count + count <= limits.ExtMessages && _ext.Bytes + bytes <= limits.ExtBytes;

    /// <summary>True where a <c>sys</c> envelope of this length finds a place, and others after it.</summary>
    public bool HasPlaceForAnswer(int bytes) => _control.Count < OutboxLimits.ControlFrames / 2 && _control.Bytes + bytes <= OutboxLimits.ControlBytes - 4_096;

    /// <summary>True where this very envelope waits.</summary>
    public bool HoldsExt(OutboundFrame frame)
    {
        for (var i = 0; i < _ext.Count; i++)
        {
            if (_ext[i] == frame)
            {
                return true;
            }
        }

        return Resume?.Replays(frame) == true;
    }

    /// <summary>Offers a frame; the outbox takes over one reference whatever the answer.</summary>
    public EnqueueResult TryEnqueue(OutboundFrame frame, OutboxLimits limits)
    {
        if (IsClosing)
        {
            frame.Release();
            return EnqueueResult.Closed;
        }

        if (frame.IsMessage)
        {
            _session.Accept(frame.Class);
            _tenant.Accept(frame.Class);
        }

        switch (frame.Class)
        {
            case DeliveryClass.Control:
                return TryAppend(ref _control, frame, OutboxLimits.ControlFrames, OutboxLimits.ControlBytes);
            case DeliveryClass.HotReliable:
                return TryAppend(ref _hotReliable, frame, int.MaxValue, limits.HotReliableBytes);
            case DeliveryClass.HotLossy:
                PutLossy(frame, limits.HotMaxKeys);
                return EnqueueResult.Queued;
            case DeliveryClass.Ext when IsDetached:
                return Resume!.Append(ref _ext, frame);
            default:
                return limits.SlowConsumer == SlowConsumerRule.DropOldest
                    ? AppendDroppingOldest(frame, limits)
                    : TryAppend(ref _ext, frame, limits.ExtMessages, limits.ExtBytes);
        }
    }

    /// <summary>
    /// Takes in a lossy frame whose messages the ledgers have accepted before, when something else began to hold them. A BATCH is merged with the one of its room
    /// that waits. The outbox takes over one reference.
    /// </summary>
    public void Admit(OutboundFrame frame, OutboxLimits limits)
    {
        _extraStates += frame.States - 1;
        if (IsClosing)
        {
            End(frame, Fate.SessionClosed);
        }
        else if (frame.Batch is not null && _hotLossy.FrameOf(frame.Key) is { } older)
        {
            MergeInto(older, frame, limits.HotMaxKeys);
        }
        else
        {
            PutLossy(frame, limits.HotMaxKeys);
        }
    }

    /// <summary>Ends lossy states that wait, alone or in a batch.</summary>
    public void Drop(in StateFilter filter, Fate fate)
    {
        for (var i = _hotLossy.Count; i > 0; i--)
        {
            var frame = _hotLossy.Dequeue();
            var states = frame.States;
            if (_batches.Without(frame, filter, out var dropped) is { } left)
            {
                _hotLossy.Put(left);
                states = dropped;
            }
            else
            {
                states--;
            }

            _extraStates -= states;
            EndStates(fate, dropped);
        }
    }

    /// <summary>When the first of the lossy states that wait expires.</summary>
    public long EarliestExpiryNs()
    {
        var earliest = OutboundFrame.Never;
        for (var i = 0; i < _hotLossy.Count; i++)
        {
            earliest = Math.Min(earliest, _hotLossy[i].ExpiresAtNs);
        }

        return earliest;
    }

    /// <summary>Counts lossy messages that begin to wait for this session, here or where their turn to come here is awaited.</summary>
    public void AcceptStates(long count)
    {
        _session.Accept(DeliveryClass.HotLossy, count);
        _tenant.Accept(DeliveryClass.HotLossy, count);
    }

    /// <summary>Counts the end of lossy messages.</summary>
    public void EndStates(Fate fate, long count)
    {
        _session.End(DeliveryClass.HotLossy, fate, count);
        _tenant.End(DeliveryClass.HotLossy, fate, count);
    }

    /// <summary>Queues the last frame. What waits goes out before it, or is dropped at once but for control frames.</summary>
    public void Close(OutboundFrame close, bool discardPending)
    {
        if (IsClosing)
        {
            close.Release();
            return;
        }

        IsClosing = true;
        _close = close;
        if (discardPending)
        {
            DiscardMessages();
        }
    }

    /// <summary>A cursor before the first frame.</summary>
    public DrainCursor StartDrain() => _drained;

    /// <summary>Shows the frame after the cursor and moves on; the frame stays the outbox's until <see cref="Take"/>.</summary>
    public bool TryPeek(ref DrainCursor cursor, out OutboundFrame frame)
    {
        if (Resume is not null && Resume.TryPeek(ref cursor, out frame))
        {
            return true;
        }

        var cls = cursor.Choose(
            _control.Count - cursor.Control,
            _hotReliable.Count - cursor.HotReliable,
            _hotLossy.Count - cursor.HotLossy,
            _ext.Count - cursor.Ext);
        switch (cls)
        {
            case (int)DeliveryClass.Control:
                frame = _control[cursor.Control++];
                return true;
            case (int)DeliveryClass.HotReliable:
                frame = _hotReliable[cursor.HotReliable++];
                return true;
            case (int)DeliveryClass.HotLossy:
                frame = _hotLossy[cursor.HotLossy++];
                return true;
            case (int)DeliveryClass.Ext:
                frame = _ext[cursor.Ext++];
                return true;
            default:
                frame = _close!;
                var shown = _close is not null && !cursor.Close;
                cursor.Close = true;
                return shown;
        }
    }

    /// <summary>
    /// Takes the first <paramref name="count"/> frames in drain order as delivered and gives their references back. To be called before anything
    /// else is queued, so that they are the ones that were shown.
    /// </summary>
    public void Take(int count)
    {
        if (Resume is not null)
        {
            count = Resume.Take(count, Budget);
        }

        for (; count > 0; count--)
        {
            var cls = _drained.Choose(_control.Count, _hotReliable.Count, _hotLossy.Count, _ext.Count);
            if (cls < 0)
            {
                _close!.Release();
                _close = null;
                return;
            }

            var frame = Dequeue((DeliveryClass)cls);
            Budget?.Count(frame);
            if (frame.Class == DeliveryClass.Ext && Resume is not null)
            {
                Resume.Sent(frame);
            }
            else
            {
                End(frame, Fate.Delivered);
            }
        }
    }

    /// <summary>From here on it may outlive its connection.</summary>
    public void KeepFor(ResumeMemory memory) => Resume = new ResumeBuffer(_session, _tenant, memory);

    /// <summary>
    /// There is no connection any more: what waits stays, but for what was between the ends of that one alone. False where the envelopes that wait are more than may be
    /// kept.
    /// </summary>
    public bool TryDetach()
    {
        DropSignals();
        _drained = default;
        return Resume!.TryDetach(ref _ext);
    }

    /// <summary>There is a connection again, of a client at this position: it gets the greeting, what it has not got, and then all else. Takes over a reference of each frame.</summary>
    public void Attach(OutboundFrame greeting, OutboundFrame ping, long position) => Resume!.Attach(ref _ext, greeting, ping, position);

    /// <summary>How many envelopes a client at this position is behind.</summary>
    public long CountBehind(long position) => Resume!.CountBehind(position, _ext.Count);

    /// <summary>The session has ended: what it was sent is forgotten, what waits waits as with any other.</summary>
    public void StopKeeping() => Resume?.StopKeeping(_ext);

    /// <summary>Drops all that waits: the connection is gone.</summary>
    public void Discard()
    {
        IsClosing = true;
        DiscardMessages();
        Resume?.Discard(andGreeting: true);
        while (_control.Count > 0)
        {
            End(_control.Dequeue(), Fate.SessionClosed);
        }

        _close?.Release();
        _close = null;
    }

    private static bool HasRoom(in FrameQueue queue, OutboundFrame frame, int maxFrames, int maxBytes) =>
        queue.Count < maxFrames && queue.Bytes + frame.Length <= maxBytes;

    private EnqueueResult TryAppend(ref FrameQueue queue, OutboundFrame frame, int maxFrames, int maxBytes)
    {
        if (!HasRoom(queue, frame, maxFrames, maxBytes))
        {
            End(frame, Fate.Overflow);
            return EnqueueResult.Full;
        }

        queue.Enqueue(frame);
        return EnqueueResult.Queued;
    }

    private void PutLossy(OutboundFrame frame, int maxKeys)
    {
        if (_hotLossy.Put(frame) is { } older)
        {
            End(older, Fate.Conflated);
        }
        else if (_hotLossy.Count + _extraStates > maxKeys)
        {
            DropOldestLossy(maxKeys);
        }
    }

    private void DropOldestLossy(int maxKeys)
    {
        while (_hotLossy.Count + _extraStates - maxKeys is var excess && excess > 0)
        {
            var oldest = _hotLossy[0];
            if (oldest.States <= excess)
            {
                End(_hotLossy.Dequeue(), Fate.Overflow);
                continue;
            }

            oldest.AddReferences();
            _hotLossy.Put(_batches.WithoutOldest(oldest, excess))!.Release();
            _extraStates -= excess;
            EndStates(Fate.Overflow, excess);
        }
    }

    // In the place of the older one: the order is the one in which the keys first had something pending.
    private void MergeInto(OutboundFrame older, OutboundFrame newer, int maxKeys)
    {
        var merged = _batches.Merge(older, newer, maxKeys, out var conflated, out var overflow);
        EndStates(Fate.Conflated, conflated);
        EndStates(Fate.Overflow, overflow);
        _extraStates += 1 - conflated - overflow;
        _hotLossy.Put(merged);
        older.Release();
        newer.Release();
        DropOldestLossy(maxKeys);
    }

    private EnqueueResult AppendDroppingOldest(OutboundFrame frame, OutboxLimits limits)
    {
        _ext.Enqueue(frame);
        while (_ext.Count > limits.ExtMessages || _ext.Bytes > limits.ExtBytes)
        {
            // A single message over the byte bound drops itself.
            End(_ext.Dequeue(), Fate.Overflow);
            DroppedExt++;
        }

        return EnqueueResult.Queued;
    }

    private OutboundFrame Dequeue(DeliveryClass cls) => cls switch
    {
        DeliveryClass.Control => _control.Dequeue(),
        DeliveryClass.HotReliable => _hotReliable.Dequeue(),
        DeliveryClass.HotLossy => _hotLossy.Dequeue(),
        _ => _ext.Dequeue(),
    };

    // Pings and pongs.
    private void DropSignals()
    {
        for (var i = _control.Count; i > 0; i--)
        {
            var frame = _control.Dequeue();
            if (frame.IsMessage)
            {
                _control.Enqueue(frame);
            }
            else
            {
                frame.Release();
            }
        }
    }

    private void DiscardMessages()
    {
        Resume?.Discard(andGreeting: false);
        while (_hotReliable.Count > 0)
        {
            End(_hotReliable.Dequeue(), Fate.SessionClosed);
        }

        while (_hotLossy.Count > 0)
        {
            End(_hotLossy.Dequeue(), Fate.SessionClosed);
        }

        while (_ext.Count > 0)
        {
            End(_ext.Dequeue(), Fate.SessionClosed);
        }
    }

    private void End(OutboundFrame frame, Fate fate)
    {
        if (frame.IsMessage)
        {
            var states = frame.States;
            _extraStates -= states - 1;
            _session.End(frame.Class, fate, states);
            _tenant.End(frame.Class, fate, states);
        }

        frame.Release();
    }
}
