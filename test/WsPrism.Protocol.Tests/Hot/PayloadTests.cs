using WsPrism.Protocol.Hot;

namespace WsPrism.Protocol.Tests.Hot;

public sealed class PayloadTests
{
    [Fact]
    public void Layout_reads_back_as_written()
    {
        var writer = new PayloadWriter(new byte[64]);
        writer.WriteUInt8(byte.MaxValue);
        writer.WriteInt8(sbyte.MinValue);
        writer.WriteUInt16(0x0102);
        writer.WriteInt16(short.MinValue);
        writer.WriteUInt32(0x01020304);
        writer.WriteInt32(int.MinValue);
        writer.WriteUInt64(ulong.MaxValue);
        writer.WriteInt64(long.MinValue);
        writer.WriteSingle(-1.5f);
        writer.WriteDouble(double.Epsilon);
        writer.WriteBoolean(true);
        writer.WriteBoolean(false);
        writer.WriteBits(0b1_0000_0001, 9);
        writer.WriteBytes("xy"u8);
        Assert.False(writer.Failed);

        var reader = new PayloadReader(writer.Written);
        Assert.Equal(byte.MaxValue, reader.ReadUInt8());
        Assert.Equal(sbyte.MinValue, reader.ReadInt8());
        Assert.Equal(0x0102, reader.ReadUInt16());
        Assert.Equal(short.MinValue, reader.ReadInt16());
        Assert.Equal(0x01020304u, reader.ReadUInt32());
        Assert.Equal(int.MinValue, reader.ReadInt32());
        Assert.Equal(ulong.MaxValue, reader.ReadUInt64());
        Assert.Equal(long.MinValue, reader.ReadInt64());
        Assert.Equal(-1.5f, reader.ReadSingle());
        Assert.Equal(double.Epsilon, reader.ReadDouble());
        Assert.True(reader.ReadBoolean());
        Assert.False(reader.ReadBoolean());
        Assert.Equal(0b1_0000_0001ul, reader.ReadBits(9));
        Assert.Equal(2, reader.Remaining);
        Assert.Equal("xy"u8, reader.ReadRemaining());
        Assert.True(reader.IsComplete);
    }

    [Fact]
    public void Numbers_are_little_endian()
    {
        var writer = new PayloadWriter(new byte[7]);
        writer.WriteUInt16(0x0102);
        writer.WriteUInt32(0x03040506);
        writer.WriteUInt8(7);

        Assert.Equal("02010605040307", Convert.ToHexString(writer.Written));
        Assert.Equal((7, 0), (writer.Length, writer.Remaining));
    }

    [Fact]
    public void Short_input_fails_for_good()
    {
        var reader = new PayloadReader([1, 2, 3]);

        Assert.Equal(0u, reader.ReadUInt32());
        Assert.True(reader.Failed);
        Assert.Equal(0, reader.ReadUInt8());
        Assert.Equal(0, reader.Remaining);
        Assert.True(reader.ReadBytes(0).IsEmpty);
        Assert.False(reader.IsComplete);
    }

    [Fact]
    public void Leftover_input_is_not_complete()
    {
        var reader = new PayloadReader([1, 2]);
        reader.ReadUInt8();

        Assert.False(reader.Failed);
        Assert.False(reader.IsComplete);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public void Impossible_byte_count_fails(int count)
    {
        var reader = new PayloadReader([1, 2, 3]);

        Assert.True(reader.ReadBytes(count).IsEmpty);
        Assert.True(reader.Failed);
    }

    [Fact]
    public void Boolean_other_than_0_and_1_fails()
    {
        var reader = new PayloadReader([2]);

        Assert.False(reader.ReadBoolean());
        Assert.True(reader.Failed);
    }

    [Theory]
    [InlineData(0, 0, 0ul)]
    [InlineData(1, 1, 1ul)]
    [InlineData(8, 1, 0xFFul)]
    [InlineData(9, 2, 0x1FFul)]
    [InlineData(63, 8, 0x7FFF_FFFF_FFFF_FFFFul)]
    [InlineData(64, 8, ulong.MaxValue)]
    public void Bits_take_as_few_bytes_as_hold_them_and_padding_is_ignored(int count, int length, ulong expected)
    {
        var reader = new PayloadReader(Convert.FromHexString("FFFFFFFFFFFFFFFFFF"));
        Assert.Equal(expected, reader.ReadBits(count));
        Assert.Equal(9 - length, reader.Remaining);

        var writer = new PayloadWriter(new byte[9]);
        writer.WriteBits(ulong.MaxValue, count);
        Assert.Equal(length, writer.Length);
        Assert.Equal(expected, new PayloadReader(writer.Written).ReadBits(count));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65)]
    public void Impossible_bit_count_fails(int count)
    {
        var reader = new PayloadReader(new byte[16]);
        reader.ReadBits(count);
        Assert.True(reader.Failed);

        var writer = new PayloadWriter(new byte[16]);
        writer.WriteBits(0, count);
        Assert.True(writer.Failed);
    }

    [Fact]
    public void Full_destination_fails_for_good_and_keeps_what_was_written()
    {
        var writer = new PayloadWriter(new byte[3]);
        writer.WriteUInt16(1);
        writer.WriteUInt16(2);
        writer.WriteUInt8(3);

        Assert.True(writer.Failed);
        Assert.Equal((2, 0), (writer.Length, writer.Remaining));
    }

    [Fact]
    public void Flags_are_set_cleared_and_tested_by_index()
    {
        var mask = BitMask.With(BitMask.With(0, 63, true), 0, true);

        Assert.True(BitMask.IsSet(mask, 63));
        Assert.True(BitMask.IsSet(mask, 0));
        Assert.False(BitMask.IsSet(mask, 1));
        Assert.Equal(1ul, BitMask.With(mask, 63, false));
        Assert.False(BitMask.IsSet(ulong.MaxValue, 64));
        Assert.False(BitMask.IsSet(ulong.MaxValue, -1));
        Assert.Equal(mask, BitMask.With(mask, 64, true));
    }
}
