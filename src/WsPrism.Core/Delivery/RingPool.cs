using System.Buffers;

namespace WsPrism.Core.Delivery;

/// <summary>
/// Pool of the queues' arrays. A broadcast gives each of its receivers a first ring in one pass, far more than the shared pool keeps of one length, so
/// those of <see cref="FirstLength"/> wait in a stack of the thread; longer ones are the shared pool's. Lengths are powers of two.
/// </summary>
internal static class RingPool<T>
{
    /// <summary>Length of a queue's first ring; an index of positions is twice as long as its ring.</summary>
    public static readonly int FirstLength = typeof(T) == typeof(int) ? 32 : 16;

    private const int MaxKept = 8_192;

    [ThreadStatic]
    private static T[][]? _kept;

    [ThreadStatic]
    private static int _count;

    /// <summary>An array of at least <paramref name="length"/> places.</summary>
    public static T[] Rent(int length) =>
        length > FirstLength ? ArrayPool<T>.Shared.Rent(length)
        : _count > 0 ? _kept![--_count]
        : new T[FirstLength];

    /// <summary>Gives an array back; it must hold no references.</summary>
    public static void Return(T[] array)
    {
        if (array.Length > FirstLength)
        {
            ArrayPool<T>.Shared.Return(array);
        }
        else if (_count < MaxKept)
        {
            _kept ??= new T[64][];
            if (_count == _kept.Length)
            {
                Array.Resize(ref _kept, _count * 2);
            }

            _kept[_count++] = array;
        }
    }
}
