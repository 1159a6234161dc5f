namespace WsPrism.Core.Time;

/// <summary>
/// A hashed timing wheel (Varghese and Lauck, scheme 6): arming, moving and disarming are O(1) however many nodes there are. A node fires in
/// the first <see cref="Advance"/> at or after its time rounded up to the width of a slot. Owned by the shard's thread.
/// </summary>
internal sealed class TimingWheel
{
    /// <summary>Usual width of a slot in milliseconds.</summary>
    public const int TickMs = 16;

    private const int SlotCount = 2_048;
    private const int Aside = SlotCount;

    private readonly TimerNode?[] _slots = new TimerNode?[SlotCount + 1];
    private readonly int _tickMs;
    private long _tick;

    /// <summary>A wheel with slots of this width: the finer, the more turns a long time takes.</summary>
    public TimingWheel(int tickMs = TickMs) => _tickMs = tickMs;

    /// <summary>Armed nodes.</summary>
    public int Count { get; private set; }

    /// <summary>Arms a node for a time in milliseconds on the shard's clock; an armed node is moved.</summary>
    public void Arm(TimerNode node, long dueMs)
    {
        Disarm(node);
        node.DueMs = dueMs;
        Link(node, SlotFor(dueMs));
        Count++;
    }

    /// <summary>Disarms a node; one that is not armed is left alone.</summary>
    public void Disarm(TimerNode node)
    {
        if (node.Slot < 0)
        {
            return;
        }

        Unlink(node);
        Count--;
    }

    /// <summary>Milliseconds until a slot with something in it comes round, at least 1; <paramref name="maxMs"/> where none does before.</summary>
    public int MsToNextTick(long nowMs, int maxMs)
    {
        for (var tick = _tick + 1; Count > 0 && (tick * _tickMs) - nowMs < maxMs; tick++)
        {
            if (_slots[tick % SlotCount] is not null)
            {
                return (int)Math.Max(1, (tick * _tickMs) - nowMs);
            }
        }

        return maxMs;
    }

    /// <summary>Fires what is due at <paramref name="nowMs"/>.</summary>
    public void Advance(long nowMs)
    {
        var target = nowMs / _tickMs;

        // After a long pause one turn visits every slot; more turns would visit them again for nothing. No turn is needed where nothing waits.
        if (target - _tick > SlotCount)
        {
            _tick = target - SlotCount;
        }

        if (Count == 0)
        {
            _tick = Math.Max(_tick, target);
        }

        while (_tick < target)
        {
            _tick++;
            FireSlot((int)(_tick % SlotCount), nowMs);
        }
    }

    private void FireSlot(int slot, long nowMs)
    {
        // Each node leaves its chain before it fires, so OnDue may arm and disarm whatever it likes. Nodes of a later turn are put aside first:
        // linked back at once they could land in this very slot again.
        while (_slots[slot] is { } node)
        {
            Unlink(node);
            if (node.DueMs > nowMs)
            {
                Link(node, Aside);
                continue;
            }

            Count--;
            node.OnDue(nowMs);
        }

        while (_slots[Aside] is { } node)
        {
            Unlink(node);
            Link(node, SlotFor(node.DueMs));
        }
    }

    private int SlotFor(long dueMs) => (int)(Math.Max((dueMs + _tickMs - 1) / _tickMs, _tick + 1) % SlotCount);

    private void Link(TimerNode node, int slot)
    {
        node.Slot = slot;
        node.Previous = null;
        node.Next = _slots[slot];
        if (node.Next is not null)
        {
            node.Next.Previous = node;
        }

        _slots[slot] = node;
    }

    private void Unlink(TimerNode node)
    {
        if (node.Previous is not null)
        {
            node.Previous.Next = node.Next;
        }
        else
        {
            _slots[node.Slot] = node.Next;
        }

        if (node.Next is not null)
        {
            node.Next.Previous = node.Previous;
        }

        node.Next = node.Previous = null;
        node.Slot = -1;
    }
}
