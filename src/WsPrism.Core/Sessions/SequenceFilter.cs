using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Sessions;

/// <summary>
/// The last accepted sequence number for each (svc_id, opcode, key) of a session (PROTOCOL §4). A client chooses the keys, so the table is bounded:
/// beyond the bound a new key takes the place of another, whose next frame then counts as new. Owned by the shard's thread.
/// </summary>
internal sealed class SequenceFilter
{
    /// <summary>Keys remembered at most: places in the table at its largest.</summary>
    public const int Capacity = 2_048;

    // Longest run that is searched. A new key in a full run makes the table grow; in the largest one it takes the place of the run's first.
    private const int Run = 8;

    private ulong[] _routes = [];
    private uint[] _sequences = [];
    private int _count;

    /// <summary>Accepts a frame's sequence number if it is newer than the last one of its key.</summary>
    public bool TryAccept(in HotFrame frame)
    {
        var route = RouteOf(frame);
        var place = Find(route);
        if (place >= 0)
        {
            if (!SequenceNumber.IsNewer(frame.Seq, _sequences[place]))
            {
                return false;
            }

            _sequences[place] = frame.Seq;
            return true;
        }

        Add(route, frame.Seq);
        return true;
    }

    // Bit 63 marks a used place; a frame without KEY is another thing than one with key 0.
    private static ulong RouteOf(in HotFrame frame) =>
        (1UL << 63) | ((frame.Flags & HotFlags.Key) != 0 ? (1UL << 62) | frame.Key : 0) | ((ulong)frame.SvcId << 40) | ((ulong)frame.Opcode << 32);

    private int Find(ulong route)
    {
        if (_routes.Length == 0)
        {
            return -1;
        }

        var home = Home(route);
        for (var i = 0; i < Run; i++)
        {
            var place = (home + i) & (_routes.Length - 1);
            if (_routes[place] == route)
            {
                return place;
            }

            if (_routes[place] == 0)
            {
                return -1;
            }
        }

        return -1;
    }

    private void Add(ulong route, uint sequence)
    {
        while (true)
        {
            if (_count * 2 >= _routes.Length && _routes.Length < Capacity)
            {
                Grow();
            }

            var home = Home(route);
            for (var i = 0; i < Run; i++)
            {
                var free = (home + i) & (_routes.Length - 1);
                if (_routes[free] == 0)
                {
                    _count++;
                    Set(free, route, sequence);
                    return;
                }
            }

            if (_routes.Length >= Capacity)
            {
                Set(home, route, sequence);
                return;
            }

            Grow();
        }
    }

    private void Set(int place, ulong route, uint sequence)
    {
        _routes[place] = route;
        _sequences[place] = sequence;
    }

    private void Grow()
    {
        var (routes, sequences) = (_routes, _sequences);
        _routes = new ulong[Math.Max(8, routes.Length * 2)];
        _sequences = new uint[_routes.Length];
        _count = 0;
        for (var i = 0; i < routes.Length; i++)
        {
            if (routes[i] != 0)
            {
                Add(routes[i], sequences[i]);
            }
        }
    }

    private int Home(ulong route) => (int)((route * 0x9E37_79B9_7F4A_7C15UL) >> 33) & (_routes.Length - 1);
}
