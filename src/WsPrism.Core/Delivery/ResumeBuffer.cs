namespace WsPrism.Core.Delivery;

/// <summary>
/// What makes an outbox outlive its connection: the envelopes that were sent last, the bounds of those that wait while there is no connection, and the replay for the next
/// one. Of an outbox, whose queue of envelopes it is shown; owned by the shard's thread.
/// </summary>
internal sealed class ResumeBuffer
{
    private readonly Ledger _session;
    private readonly Ledger _tenant;
    private readonly SentFrames _sent;
    private Replay? _replay;

    // False once the session has ended: then nobody comes back, and a replay under way is sent to its end.
    private bool _isKeeping = true;

    public ResumeBuffer(Ledger session, Ledger tenant, ResumeMemory memory)
    {
        _session = session;
        _tenant = tenant;
        _sent = new SentFrames(memory);
    }

    /// <summary>True while there is no connection: each envelope that waits is counted as kept.</summary>
    public bool IsDetached { get; private set; }

    /// <summary>True until a connection has been handed all of its replay.</summary>
    public bool IsReplaying => _replay is not null;

    /// <summary>True where this very envelope is in the replay.</summary>
    public bool Replays(OutboundFrame frame)
    {
        for (var i = 0; i < _replay?.Count; i++)
        {
            if (_replay[i] == frame)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The position of a client that has all that was sent.</summary>
    public long Position => _sent.Position;

    /// <summary>The earliest position that can be continued from.</summary>
    public long Start => _sent.Start;

    /// <summary>How many envelopes a client at this position is behind, with so many that wait.</summary>
    public long CountBehind(long position, int waiting) => _sent.Position - position + waiting;

    /// <summary>There is no connection any more. False, with nothing kept for the queue, where the envelopes that wait are more than may be kept.</summary>
    public bool TryDetach(ref FrameQueue waiting)
    {
        var held = ReturnReplay(ref waiting);
        for (var i = held; i < waiting.Count; i++)
        {
            if (!_sent.TryHold(waiting[i]))
            {
                DropHolds(waiting, i);
                return false;
            }
        }

        if (!_sent.TryMakeRoom(waiting.Bytes))
        {
            DropHolds(waiting, waiting.Count);
            return false;
        }

        IsDetached = true;
        return true;
    }

    /// <summary>Puts an envelope, which the ledgers have accepted, into the queue of those that wait for a connection.</summary>
    public EnqueueResult Append(ref FrameQueue waiting, OutboundFrame frame)
    {
        var isHeld = _isKeeping && _sent.TryHold(frame);
        if (!isHeld || !_sent.TryMakeRoom(waiting.Bytes + frame.Length))
        {
            if (isHeld)
            {
                _sent.Drop(frame);
            }

            End(frame, Fate.Overflow);
            return EnqueueResult.Full;
        }

        waiting.Enqueue(frame);
        return EnqueueResult.Queued;
    }

    /// <summary>There is a connection again, of a client at this position. Takes over a reference of greeting and ping, and all that waits.</summary>
    public void Attach(ref FrameQueue waiting, OutboundFrame greeting, OutboundFrame ping, long position)
    {
        _session.Accept(greeting.Class);
        _tenant.Accept(greeting.Class);
        IsDetached = false;
        _replay = new Replay();
        _replay.Add(ReplayPart.Greeting, greeting);
        _replay.Add(ReplayPart.Greeting, ping);
        for (var i = (int)(position - _sent.Start); i < _sent.Count; i++)
        {
            _sent[i].AddReferences();
            _replay.Add(ReplayPart.Again, _sent[i]);
        }

        while (waiting.Count > 0)
        {
            _replay.Add(ReplayPart.Waiting, waiting.Dequeue());
        }
    }

    /// <summary>Shows the next frame of the replay, as <see cref="Outbox.TryPeek"/> does.</summary>
    public bool TryPeek(ref DrainCursor cursor, out OutboundFrame frame)
    {
        if (_replay is null || cursor.Replay == _replay.Count)
        {
            frame = null!;
            return false;
        }

        frame = _replay[cursor.Replay++];
        return true;
    }

    /// <summary>Takes the first frames of the replay as sent; returns how many of <paramref name="count"/> are left for others.</summary>
    public int Take(int count, ByteBudget? budget)
    {
        for (; count > 0 && _replay is { Count: > 0 }; count--)
        {
            var part = _replay.Next;
            var frame = _replay.Dequeue();
            budget?.Count(frame);
            if (part == ReplayPart.Again)
            {
                frame.Release();
            }
            else if (part == ReplayPart.Waiting && _isKeeping)
            {
                CountEnd(frame, Fate.Delivered);
                _sent.AddHeld(frame);
            }
            else
            {
                End(frame, Fate.Delivered);
            }
        }

        if (_replay is { Count: 0 })
        {
            _replay = null;
        }

        return count;
    }

    /// <summary>An envelope was sent for the first time, outside of a replay. Takes over its reference.</summary>
    public void Sent(OutboundFrame frame)
    {
        if (_isKeeping)
        {
            CountEnd(frame, Fate.Delivered);
            _sent.Add(frame);
        }
        else
        {
            End(frame, Fate.Delivered);
        }
    }

    /// <summary>The session has ended: nobody comes back for what was sent.</summary>
    public void StopKeeping(in FrameQueue waiting)
    {
        if (!_isKeeping)
        {
            return;
        }

        _isKeeping = false;
        if (IsDetached)
        {
            DropHolds(waiting, waiting.Count);
        }

        for (var i = 0; i < _replay?.Count; i++)
        {
            if (_replay.PartAt(i) == ReplayPart.Waiting)
            {
                _sent.Drop(_replay[i]);
            }
        }

        _sent.Clear();
    }

    /// <summary>Drops what is left of the replay, once nothing is kept; the greeting only where the connection is gone too.</summary>
    public void Discard(bool andGreeting)
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

    // What a connection was not sent of its replay waits again, in front; returns how many envelopes these are.
    private int ReturnReplay(ref FrameQueue waiting)
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
        while (waiting.Count > 0)
        {
            front.Enqueue(waiting.Dequeue());
        }

        waiting = front;
        return held;
    }

    private void DropHolds(in FrameQueue waiting, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _sent.Drop(waiting[i]);
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
        _session.End(frame.Class, fate);
        _tenant.End(frame.Class, fate);
    }
}
