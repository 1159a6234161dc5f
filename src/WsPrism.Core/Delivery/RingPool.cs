using System.Buffers;

namespace WsPrism.Core.Delivery;

/// <summary>
/// Arrays for the rings of delivery queues. A broadcast may have a ring out for each of its receivers at once, and the shared pool keeps only some dozens of
/// one length: beyond them it would allocate one a receiver and message. So the two smallest lengths are kept here, by thread without a lock: what fills in a
/// pass mostly empties in the same pass. All lengths are powers of two.
/// </summary>
internal static class RingPool<T>
{
    /// <summary>The smallest length.</summary>
    public const int MinLength = 8;

    // A thread holds 88 + 152 KiB of frame rings at most.
    private const int Kept = 1_024;

    [ThreadStatic]
    private static Shelf _smallest;

    [ThreadStatic]
    private static Shelf _second;

    /// <summary>An array of this length, a power of two of at least <see cref="MinLength"/>; its content is undefined.</summary>
    public static T[] Rent(int length) => length switch
    {
        MinLength => _smallest.TryTake() ?? new T[MinLength],
        2 * MinLength => _second.TryTake() ?? new T[2 * MinLength],
        _ => ArrayPool<T>.Shared.Rent(length),
    };

    /// <summary>Gives an array back. References to frames must be cleared from it, or they would live on here.</summary>
    public static void Return(T[] array)
    {
        switch (array.Length)
        {
            case MinLength:
                _smallest.Put(array);
                break;
            case 2 * MinLength:
                _second.Put(array);
                break;
            default:
                ArrayPool<T>.Shared.Return(array);
                break;
        }
    }

    private struct Shelf
    {
        private T[][]? _arrays;
        private int _count;

        public T[]? TryTake() => _count > 0 ? _arrays![--_count] : null;

        public void Put(T[] array)
        {
            _arrays ??= new T[Kept][];
            if (_count < Kept)
            {
                _arrays[_count++] = array;
            }
        }
    }
}
