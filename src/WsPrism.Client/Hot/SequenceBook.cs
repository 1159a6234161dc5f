#if !NETSTANDARD2_1
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

#endif
namespace WsPrism.Client.Hot;

// The last number of each key, of so many keys at most: then the one that came first is forgotten. Nothing is allocated once it has grown. Owned by whoever made it, one
// thread at a time.
internal sealed class SequenceBook
{
    private readonly int _most;
    private readonly Dictionary<HotKey, uint> _numbers = [];

    // The keys in the order in which they came. One that was taken out by name stays here until its turn.
    private readonly Queue<HotKey> _order = new();

    public SequenceBook(int most) => _most = Math.Max(most, 1);

    public int Count => _numbers.Count;

    public bool TryGet(in HotKey key, out uint number) => _numbers.TryGetValue(key, out number);

    /// <summary>Notes a number. Answers whether another key had to go for it, and that one's number.</summary>
    public bool Set(in HotKey key, uint number, out uint forgotten)
    {
        forgotten = 0;
#if NETSTANDARD2_1
        if (_numbers.ContainsKey(key))
        {
            _numbers[key] = number;
            return false;
        }
#else
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_numbers, key);
        if (!Unsafe.IsNullRef(ref known))
        {
            known = number;
            return false;
        }
#endif

        var isFull = _order.Count >= _most && _numbers.Remove(_order.Dequeue(), out forgotten);
        _order.Enqueue(key);
        _numbers.Add(key, number);
        return isFull;
    }

    public void Clear()
    {
        _numbers.Clear();
        _order.Clear();
    }

    public void Forget(Func<HotKey, bool> which)
    {
        foreach (var key in _numbers.Keys.Where(which).ToArray())
            _numbers.Remove(key);
    }
}
