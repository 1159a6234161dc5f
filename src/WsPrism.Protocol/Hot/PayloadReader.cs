using System.Buffers.Binary;

namespace WsPrism.Protocol.Hot;

/// <summary>
/// Reads a payload of fixed layout, little-endian. It never throws: once the bytes run out, <see cref="Failed"/> stays true and every
/// read answers zero or nothing, so that a layout can be read straight through and judged once at the end. Use it from one thread.
/// </summary>
public ref struct PayloadReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first byte of <paramref name="payload"/>.</summary>
    public PayloadReader(ReadOnlySpan<byte> payload) => _rest = payload;

    /// <summary>Whether a read asked for more than there was, or found a value that cannot be. It never becomes false again.</summary>
    public bool Failed { get; private set; }

    /// <summary>The bytes not read yet; zero after a failure.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Whether everything was read and nothing failed: the layout fits exactly.</summary>
    public readonly bool IsComplete => !Failed && _rest.IsEmpty;

    /// <summary>Reads one byte.</summary>
    public byte ReadUInt8() => TryTake(sizeof(byte), out var bytes) ? bytes[0] : (byte)0;

    /// <summary>Reads one signed byte.</summary>
    public sbyte ReadInt8() => (sbyte)ReadUInt8();

    /// <summary>Reads an unsigned number of two bytes.</summary>
    public ushort ReadUInt16() => TryTake(sizeof(ushort), out var bytes) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    /// <summary>Reads a signed number of two bytes.</summary>
    public short ReadInt16() => (short)ReadUInt16();

    /// <summary>Reads an unsigned number of four bytes.</summary>
    public uint ReadUInt32() => TryTake(sizeof(uint), out var bytes) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>Reads a signed number of four bytes.</summary>
    public int ReadInt32() => (int)ReadUInt32();

    /// <summary>Reads an unsigned number of eight bytes.</summary>
    public ulong ReadUInt64() => TryTake(sizeof(ulong), out var bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Reads a signed number of eight bytes.</summary>
    public long ReadInt64() => (long)ReadUInt64();

    /// <summary>Reads an IEEE 754 number of four bytes. NaN and the infinities come through: check where they would hurt.</summary>
    public float ReadSingle() => BitConverter.Int32BitsToSingle(ReadInt32());

    /// <summary>Reads an IEEE 754 number of eight bytes. NaN and the infinities come through: check where they would hurt.</summary>
    public double ReadDouble() => BitConverter.Int64BitsToDouble(ReadInt64());

    /// <summary>Reads one byte that is 0 or 1; another value fails.</summary>
    public bool ReadBoolean()
    {
        var value = ReadUInt8();
        if (value > 1)
            Fail();

        return value == 1;
    }

    /// <summary>
    /// Reads <paramref name="count"/> flags, 0–64, packed into as few bytes as hold them, the first in the lowest bit of the first
    /// byte. Padding bits are ignored. Look into the answer with <see cref="BitMask"/>. Another count fails.
    /// </summary>
    public ulong ReadBits(int count)
    {
        if (count is < 0 or > BitMask.MaxBits)
        {
            Fail();
            return 0;
        }

        if (!TryTake(BitMask.GetLength(count), out var bytes))
            return 0;

        var mask = 0UL;
        for (var i = 0; i < bytes.Length; i++)
            mask |= (ulong)bytes[i] << (8 * i);

        return mask & BitMask.Lowest(count);
    }

    /// <summary>Takes <paramref name="count"/> bytes as they are, without copying. A negative count fails.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count) => TryTake(count, out var bytes) ? bytes : default;

    /// <summary>Takes all that is left; nothing after a failure.</summary>
    public ReadOnlySpan<byte> ReadRemaining() => ReadBytes(_rest.Length);

    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        if (Failed || (uint)count > (uint)_rest.Length)
        {
            bytes = default;
            Fail();
            return false;
        }

        bytes = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    private void Fail()
    {
        Failed = true;
        _rest = default;
    }
}
