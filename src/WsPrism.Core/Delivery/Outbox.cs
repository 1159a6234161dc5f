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
    private FrameQueue _control;
    private FrameQueue _hotReliable;
    private FrameQueue _ext;
    private ConflationQueue _hotLossy;
    private OutboundFrame? _close;
    private DrainCursor _drained;

    public Outbox(Ledger session, Ledger tenant)
    {
        _session = session;
        _tenant = tenant;
    }

    /// <summary>True once the close frame is queued: nothing more is taken in.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>True while nothing waits.</summary>
    public bool IsEmpty => _control.Count + _hotReliable.Count + _hotLossy.Count + _ext.Count == 0 && _close is null;

    /// <summary>Envelopes dropped since this was last read and set to 0: what <c>sys.lagging</c> tells.</summary>
    public int DroppedExt { get; set; }

    /// <summary>True where a newer frame of this key would take the place of one that waits.</summary>
    public bool WouldConflate(in ConflationKey key) => _hotLossy.Contains(key);

    /// <summary>True where this frame would be one too many for its class.</summary>
    public bool IsFullFor(OutboundFrame frame, OutboxLimits limits) => frame.Class switch
    {
        DeliveryClass.Control => IsFull(_control, frame, OutboxLimits.ControlFrames, OutboxLimits.ControlBytes),
        DeliveryClass.HotReliable => IsFull(_hotReliable, frame, int.MaxValue, limits.HotReliableBytes),
        DeliveryClass.HotLossy => _hotLossy.Count >= limits.HotMaxKeys,
        _ => IsFull(_ext, frame, limits.ExtMessages, limits.ExtBytes),
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
            default:
                return limits.SlowConsumer == SlowConsumerRule.DropOldest
                    ? AppendDroppingOldest(frame, limits)
                    : TryAppend(ref _ext, frame, limits.ExtMessages, limits.ExtBytes);
        }
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
            End(frame, Fate.Delivered);
        }
    }

    /// <summary>Drops all that waits: the connection is gone.</summary>
    public void Discard()
    {
        IsClosing = true;
        DiscardMessages();
        while (_control.Count > 0)
        {
            End(_control.Dequeue(), Fate.SessionClosed);
        }

        _close?.Release();
        _close = null;
    }

    private static bool IsFull(in FrameQueue queue, OutboundFrame frame, int maxFrames, int maxBytes) =>
        queue.Count >= maxFrames || queue.Bytes + frame.Length > maxBytes;

    private EnqueueResult TryAppend(ref FrameQueue queue, OutboundFrame frame, int maxFrames, int maxBytes)
    {
        if (IsFull(queue, frame, maxFrames, maxBytes))
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
        else if (_hotLossy.Count > maxKeys)
        {
            End(_hotLossy.Dequeue(), Fate.Overflow);
        }
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

    private void DiscardMessages()
    {
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
            _session.End(frame.Class, fate);
            _tenant.End(frame.Class, fate);
        }

        frame.Release();
    }
}
