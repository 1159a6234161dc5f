using System.Buffers.Binary;

namespace WsPrism.Protocol.Hot;

/// <summary>
/// Writes a payload of fixed layout, little-endian, into a buffer of the caller's. It never throws: once something does not fit,
/// <see cref="Failed"/> stays true and nothing more is written. Use it from one thread.
/// </summary>
public ref struct PayloadWriter
{
    private readonly Span<byte> _destination;

    /// <summary>Starts at the first byte of <paramref name="destination"/>.</summary>
    public PayloadWriter(Span<byte> destination) => _destination = destination;

    /// <summary>Whether something did not fit or cannot be written. It never becomes false again; discard what was written.</summary>
    public bool Failed { get; private set; }

    /// <summary>The bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes still free; zero after a failure.</summary>
    public readonly int Remaining => Failed ? 0 : _destination.Length - Length;

    /// <summary>What was written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    /// <summary>Writes one byte.</summary>
    public void WriteUInt8(byte value)
    {
        if (TryReserve(sizeof(byte), out var target))
            target[0] = value;
    }

    /// <summary>Writes one signed byte.</summary>
    public void WriteInt8(sbyte value) => WriteUInt8((byte)value);

    /// <summary>Writes an unsigned number of two bytes.</summary>
    public void WriteUInt16(ushort value)
    {
        if (TryReserve(sizeof(ushort), out var target))
            BinaryPrimitives.WriteUInt16LittleEndian(target, value);
    }

    /// <summary>Writes a signed number of two bytes.</summary>
    public void WriteInt16(short value) => WriteUInt16((ushort)value);

    /// <summary>Writes an unsigned number of four bytes.</summary>
    public void WriteUInt32(uint value)
    {
        if (TryReserve(sizeof(uint), out var target))
            BinaryPrimitives.WriteUInt32LittleEndian(target, value);
    }

    /// <summary>Writes a signed number of four bytes.</summary>
    public void WriteInt32(int value) => WriteUInt32((uint)value);

    /// <summary>Writes an unsigned number of eight bytes.</summary>
    public void WriteUInt64(ulong value)
    {
        if (TryReserve(sizeof(ulong), out var target))
            BinaryPrimitives.WriteUInt64LittleEndian(target, value);
    }

    /// <summary>Writes a signed number of eight bytes.</summary>
    public void WriteInt64(long value) => WriteUInt64((ulong)value);

    /// <summary>Writes an IEEE 754 number of four bytes, bit for bit.</summary>
    public void WriteSingle(float value) => WriteInt32(BitConverter.SingleToInt32Bits(value));

    /// <summary>Writes an IEEE 754 number of eight bytes, bit for bit.</summary>
    public void WriteDouble(double value) => WriteInt64(BitConverter.DoubleToInt64Bits(value));

    /// <summary>Writes one byte, 0 or 1.</summary>
    public void WriteBoolean(bool value) => WriteUInt8(value ? (byte)1 : (byte)0);

    /// <summary>
    /// Writes the lowest <paramref name="count"/> bits of <paramref name="mask"/>, 0–64, as <see cref="PayloadReader.ReadBits"/> reads
    /// them; padding bits are zero. Another count fails.
    /// </summary>
    public void WriteBits(ulong mask, int count)
    {
        if (count is < 0 or > BitMask.MaxBits)
        {
            Failed = true;
            return;
        }

        if (!TryReserve(BitMask.GetLength(count), out var target))
            return;

        mask &= BitMask.Lowest(count);
        for (var i = 0; i < target.Length; i++)
            target[i] = (byte)(mask >> (8 * i));
    }

    /// <summary>Copies <paramref name="bytes"/> as they are, all or none.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        if (TryReserve(bytes.Length, out var target))
            bytes.CopyTo(target);
    }

    private bool TryReserve(int count, out Span<byte> target)
    {
        if (count > Remaining || Failed)
        {
            target = default;
            Failed = true;
            return false;
        }

        target = _destination.Slice(Length, count);
        Length += count;
        return true;
    }
}
