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

    // What a resumed session gets before all else; null at all other times.
    private Replay? _replay;

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

    /// <summary>What was sent, for a session that can be resumed; null for others.</summary>
    public SentFrames? Sent { get; set; }

    /// <summary>True while there is no connection: envelopes then wait within the bounds of a resume, and each that does is counted there.</summary>
    public bool IsDetached { get; private set; }

    /// <summary>True once the close frame is queued: nothing more is taken in.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>True while nothing waits.</summary>
    public bool IsEmpty => _control.Count + _hotReliable.Count + _hotLossy.Count + _ext.Count == 0 && _close is null && _replay is null;

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
                return AppendDetached(frame);
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
        if (_replay is not null && cursor.Replay < _replay.Count)
        {
            frame = _replay[cursor.Replay++];
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
        if (_replay is not null)
        {
            count = TakeReplayed(count);
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
            if (frame.Class == DeliveryClass.Ext && Sent is not null)
            {
                CountEnd(frame, Fate.Delivered);
                Sent.Add(frame);
            }
            else
            {
                End(frame, Fate.Delivered);
            }
        }
    }

    /// <summary>
    /// There is no connection any more: what waits stays, but for what was between connections alone. False, with nothing changed for the queue, where the envelopes
    /// that wait are more than a resume may hold.
    /// </summary>
    public bool TryDetach()
    {
        DropSignals();
        var held = ReturnReplay();
        for (var i = held; i < _ext.Count; i++)
        {
            if (!Sent!.TryHold(_ext[i]))
            {
                DropHolds(i);
                return false;
            }
        }

        if (!Sent!.TryMakeRoom(_ext.Bytes))
        {
            DropHolds(_ext.Count);
            return false;
        }

        IsDetached = true;
        _drained = default;
        return true;
    }

    /// <summary>How many envelopes a client at this position is behind, those that wait among them.</summary>
    public long CountBehind(long position) => Sent!.Position - position + _ext.Count;

    /// <summary>There is a connection again, of a client at this position: it gets the greeting, what it has not got, and then all else. Takes over a reference of each frame.</summary>
    public void Attach(OutboundFrame greeting, OutboundFrame ping, long position)
    {
        _session.Accept(greeting.Class);
        _tenant.Accept(greeting.Class);
        IsDetached = false;
        _replay = new Replay();
        _replay.Add(ReplayPart.Greeting, greeting);
        _replay.Add(ReplayPart.Greeting, ping);
        for (var i = (int)(position - Sent!.Start); i < Sent.Count; i++)
        {
            Sent[i].AddReferences();
            _replay.Add(ReplayPart.Again, Sent[i]);
        }

        while (_ext.Count > 0)
        {
            _replay.Add(ReplayPart.Waiting, _ext.Dequeue());
        }
    }

    /// <summary>The session can be resumed no more: what it was sent is forgotten, what waits waits as with any other.</summary>
    public void StopKeeping()
    {
        if (Sent is null)
        {
            return;
        }

        if (IsDetached)
        {
            DropHolds(_ext.Count);
        }

        for (var i = 0; i < _replay?.Count; i++)
        {
            if (_replay.PartAt(i) == ReplayPart.Waiting)
            {
                Sent.Drop(_replay[i]);
            }
        }

        Sent.Clear();
        Sent = null;
    }

    /// <summary>Drops all that waits: the connection is gone.</summary>
    public void Discard()
    {
        IsClosing = true;
        DiscardMessages();
        DiscardReplay(andGreeting: true);
        while (_control.Count > 0)
        {
            End(_control.Dequeue(), Fate.SessionClosed);
        }

        _close?.Release();
        _close = null;
    }

    private static bool HasRoom(in FrameQueue queue, OutboundFrame frame, int maxFrames, int maxBytes) =>
        queue.Count < maxFrames && queue.Bytes + frame.Length <= maxBytes;

    private EnqueueResult AppendDetached(OutboundFrame frame)
    {
        if (!Sent!.TryHold(frame))
        {
            End(frame, Fate.Overflow);
            return EnqueueResult.Full;
        }

        if (!Sent.TryMakeRoom(_ext.Bytes + frame.Length))
        {
            Sent.Drop(frame);
            End(frame, Fate.Overflow);
            return EnqueueResult.Full;
        }

        _ext.Enqueue(frame);
        return EnqueueResult.Queued;
    }

    private int TakeReplayed(int count)
    {
        for (; count > 0 && _replay!.Count > 0; count--)
        {
            var part = _replay.Next;
            var frame = _replay.Dequeue();
            Budget?.Count(frame);
            if (part == ReplayPart.Again)
            {
                frame.Release();
            }
            else if (part == ReplayPart.Waiting && Sent is not null)
            {
                CountEnd(frame, Fate.Delivered);
                Sent.AddHeld(frame);
            }
            else
            {
                End(frame, Fate.Delivered);
            }
        }

        if (_replay!.Count == 0)
        {
            _replay = null;
        }

        return count;
    }

    // What a connection was not sent of its replay waits again, in front; returns how many envelopes these are.
    private int ReturnReplay()
    {
        if (_replay is null)
        {
            return 0;
        }

        var front = default(FrameQueue);
        while (_replay.Count > 0)
        {
            var part = _replay.Next;
            var frame = _replay.Dequeue();
            switch (part)
            {
                case ReplayPart.Greeting:
                    End(frame, Fate.SessionClosed);
                    break;
                case ReplayPart.Again:
                    frame.Release();
                    break;
                default:
                    front.Enqueue(frame);
                    break;
            }
        }

        _replay = null;
        var held = front.Count;
        while (_ext.Count > 0)
        {
            front.Enqueue(_ext.Dequeue());
        }

        _ext = front;
        return held;
    }

    private void DropHolds(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Sent!.Drop(_ext[i]);
        }
    }

    // Pings and pongs are between the ends of one connection.
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

    private void DiscardReplay(bool andGreeting)
    {
        if (_replay is not { } replay)
        {
            return;
        }

        _replay = null;
        while (replay.Count > 0)
        {
            var part = replay.Next;
            var frame = replay.Dequeue();
            if (part == ReplayPart.Again)
            {
                frame.Release();
            }
            else if (part == ReplayPart.Greeting && !andGreeting)
            {
                (_replay ??= new Replay()).Add(part, frame);
            }
            else
            {
                End(frame, Fate.SessionClosed);
            }
        }
    }

    private void DiscardMessages()
    {
        DiscardReplay(andGreeting: false);
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
            CountEnd(frame, fate);
        }

        frame.Release();
    }

    private void CountEnd(OutboundFrame frame, Fate fate)
    {
        var states = frame.States;
        _extraStates -= states - 1;
        _session.End(frame.Class, fate, states);
        _tenant.End(frame.Class, fate, states);
    }
}
