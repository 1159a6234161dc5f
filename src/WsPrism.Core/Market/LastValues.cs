using WsPrism.Core.Delivery;

namespace WsPrism.Core.Market;

/// <summary>
/// What an instrument was last told, by opcode. The owner has it, and every other shard with subscribers a copy that goes through the same updates. Owned by
/// one shard's thread.
/// </summary>
internal sealed class LastValues
{
    /// <summary>Opcodes that one instrument may have values of.</summary>
    public const int MaxOpcodes = 8;

    private LastValue[] _values = [];
    private int _count;

    /// <summary>Values with a place, those that were taken away too.</summary>
    public Span<LastValue> All => _values.AsSpan(0, _count);

    /// <summary>The number of the latest update.</summary>
    public uint LatestSeq { get; private set; }

    /// <summary>True where there is no value.</summary>
    public bool IsEmpty
    {
        get
        {
            foreach (ref readonly var value in All)
            {
                if (!value.IsGone)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>True where an update of this route finds a place.</summary>
    public bool HasPlaceFor(ushort route) => _count < MaxOpcodes || Find(route) >= 0;

    /// <summary>Keeps an update's value, for which there is a place; an empty one takes away what was there.</summary>
    public void Put(OutboundFrame frame)
    {
        LatestSeq = MarketFrames.SeqOf(frame);
        var value = MarketFrames.ValueOf(frame);
        var place = Find(frame.Key.Route);
        if (place < 0)
        {
            if (value.IsEmpty)
            {
                return;
            }

            if (_count == _values.Length)
            {
                Array.Resize(ref _values, Math.Max(1, _count * 2));
            }

            place = _count++;
        }

        _values[place].Set(frame.Key.Route, frame.Class == DeliveryClass.HotReliable, LatestSeq, value);
    }

    public LastValues Copy()
    {
        var copy = new LastValues { _values = new LastValue[_count], _count = _count, LatestSeq = LatestSeq };
        for (var i = 0; i < _count; i++)
        {
            copy._values[i] = _values[i].Copy();
        }

        return copy;
    }

    // Its own place, or one that nobody needs any more.
    private int Find(ushort route)
    {
        var free = -1;
        for (var i = 0; i < _count; i++)
        {
            if (_values[i].Route == route)
            {
                return i;
            }

            if (_count == MaxOpcodes && _values[i].IsGone)
            {
                free = i;
            }
        }

        return free;
    }
}
