using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace WsPrism.Core.Policies;

/// <summary>
/// An immutable map from UTF-8 names to values, looked up by span without transcoding or allocating. Keys come from the configuration, so the cheap
/// hash (length, first and last eight bytes) cannot be attacked: a stranger chooses what is looked up, not what is stored. Safe for all threads.
/// </summary>
internal sealed class Utf8Map<TValue>
{
    private readonly (byte[] Key, TValue Value)[] _entries;
    private readonly int[] _buckets;

    public Utf8Map(IEnumerable<KeyValuePair<string, TValue>> entries)
    {
        _entries = [.. entries.Select(entry => (Encoding.UTF8.GetBytes(entry.Key), entry.Value))];
        _buckets = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, _entries.Length * 2))];
        for (var i = 0; i < _entries.Length; i++)
        {
            var bucket = Hash(_entries[i].Key) & (_buckets.Length - 1);
            while (_buckets[bucket] != 0)
            {
                bucket = (bucket + 1) & (_buckets.Length - 1);
            }

            _buckets[bucket] = i + 1;
        }
    }

    /// <summary>The values, in the order in which they were given.</summary>
    public IEnumerable<TValue> Values => _entries.Select(entry => entry.Value);

    public bool TryGetValue(ReadOnlySpan<byte> key, out TValue value)
    {
        var bucket = Hash(key) & (_buckets.Length - 1);
        while (_buckets[bucket] != 0)
        {
            ref readonly var entry = ref _entries[_buckets[bucket] - 1];
            if (key.SequenceEqual(entry.Key))
            {
                value = entry.Value;
                return true;
            }

            bucket = (bucket + 1) & (_buckets.Length - 1);
        }

        value = default!;
        return false;
    }

    private static int Hash(ReadOnlySpan<byte> key)
    {
        ulong head = 0, tail = 0;
        if (key.Length >= 8)
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(key);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(key[^8..]);
        }
        else
        {
            foreach (var b in key)
            {
                head = (head << 8) | b;
            }
        }

        return (int)(((head ^ BitOperations.RotateLeft(tail, 29) ^ (ulong)key.Length) * 0x9E37_79B9_7F4A_7C15UL) >> 33);
    }
}
