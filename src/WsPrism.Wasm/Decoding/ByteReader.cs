using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace WsPrism.Wasm.Decoding;

/// <summary>Reads the numbers, names and counts of the binary format, strictly. Offsets in its exceptions are those of the whole module.</summary>
internal ref struct ByteReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _start;
    private int _at;

    public ByteReader(ReadOnlySpan<byte> bytes, int start = 0)
    {
        _bytes = bytes;
        _start = start;
    }

    public readonly int Offset => _start + _at;

    public readonly int Remaining => _bytes.Length - _at;

    public readonly bool IsAtEnd => _at == _bytes.Length;

    public byte Byte()
    {
        if (_at >= _bytes.Length)
            throw Fail("unexpected end");

        return _bytes[_at++];
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)Remaining)
            throw Fail("unexpected end");

        var bytes = _bytes.Slice(_at, count);
        _at += count;
        return bytes;
    }

    /// <summary>A reader of the next bytes, which this one skips.</summary>
    public ByteReader Slice(uint count)
    {
        var start = Offset;
        return new ByteReader(Bytes((int)Math.Min(count, int.MaxValue)), start);
    }

    public uint U32() => (uint)Unsigned(32);

    public int S32() => (int)Signed(32);

    public long S33() => Signed(33);

    public long S64() => Signed(64);

    public int F32Bits() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));

    public long F64Bits() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(sizeof(long)));

    /// <summary>A number of things that are each at least one byte long: never more than there are bytes, nor than the bound.</summary>
    public int Count(int bound, string what)
    {
        var count = U32();
        if (count > (uint)Remaining)
            throw Fail("unexpected end");

        return count <= (uint)bound ? (int)count : throw Fail($"more than {bound} {what}");
    }

    public string Name()
    {
        var bytes = Bytes(Count(ModuleBounds.NameBytes, "bytes of a name"));
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Fail("malformed UTF-8 encoding");
    }

    public readonly WasmFormatException Fail(string message) => new(Offset, message);

    // LEB128: seven bits a byte, the low ones first. No more bytes than the width needs, and the bits beyond it must be nought.
    private ulong Unsigned(int width)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            if (shift + 7 > width && next >> (width - shift) != 0)
                throw Fail(next >= 0x80 ? "integer representation too long" : "integer too large");

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    // The same with a sign, which the bits beyond the width must repeat.
    private long Signed(int width)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            var isLast = shift + 7 >= width;
            if (isLast)
            {
                if (next >= 0x80)
                    throw Fail("integer representation too long");

                var beyond = (sbyte)(next << 1) >> (width - shift);
                if (beyond is not (0 or -1))
                    throw Fail("integer too large");
            }

            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                var unused = 64 - (shift + 7);
                return unused > 0 ? value << unused >> unused : value;
            }
        }
    }
}
