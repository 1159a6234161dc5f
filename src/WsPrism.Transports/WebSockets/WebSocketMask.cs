using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WsPrism.Transports.WebSockets;

/// <summary>Masks and unmasks (the same operation) in place, RFC 6455 section 5.3.</summary>
internal static class WebSocketMask
{
    /// <summary>
    /// Applies <paramref name="key"/> to <paramref name="data"/>, whose first byte is byte <paramref name="offset"/> of the payload.
    /// The key is the four bytes of the wire read as they lie in memory (<c>MemoryMarshal.Read</c>), on any endianness.
    /// </summary>
    public static void Apply(Span<byte> data, uint key, int offset)
    {
        var shift = (offset & 3) * 8;
        key = BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, shift) : BitOperations.RotateLeft(key, shift);

        ref var start = ref MemoryMarshal.GetReference(data);
        var done = 0;

        // Every step below is a multiple of the key's four bytes, so the key never has to be turned again.
        if (data.Length >= Vector<byte>.Count)
        {
            var keys = Vector.AsVectorByte(new Vector<uint>(key));

            for (; done <= data.Length - Vector<byte>.Count; done += Vector<byte>.Count)
            {
                ref var at = ref Unsafe.Add(ref start, done);
                Unsafe.WriteUnaligned(ref at, Unsafe.ReadUnaligned<Vector<byte>>(ref at) ^ keys);
            }
        }

        var pair = ((ulong)key << 32) | key;

        for (; done <= data.Length - sizeof(ulong); done += sizeof(ulong))
        {
            ref var at = ref Unsafe.Add(ref start, done);
            Unsafe.WriteUnaligned(ref at, Unsafe.ReadUnaligned<ulong>(ref at) ^ pair);
        }

        var keyBytes = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in key));

        for (; done < data.Length; done++)
            data[done] ^= keyBytes[done & 3];
    }

    /// <summary>The same with the key as the four bytes of the wire.</summary>
    public static void Apply(Span<byte> data, ReadOnlySpan<byte> key, int offset)
    {
        Apply(data, MemoryMarshal.Read<uint>(key), offset);
    }
}
