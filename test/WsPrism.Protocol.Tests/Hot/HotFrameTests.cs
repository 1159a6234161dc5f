using WsPrism.Protocol.Hot;

namespace WsPrism.Protocol.Tests.Hot;

public sealed class HotFrameTests
{
    [Theory]
    [InlineData(HotFlags.None, 3)]
    [InlineData(HotFlags.Ack | HotFlags.Reliable, 3)]
    [InlineData(HotFlags.Seq, 7)]
    [InlineData(HotFlags.Batch, 5)]
    [InlineData((HotFlags)0x7F, HotFrame.MaxHeaderLength)]
    public void Frame_that_ends_with_its_fields_is_accepted_and_one_byte_less_is_not(HotFlags flags, int length)
    {
        var bytes = new byte[length];
        (bytes[0], bytes[1], bytes[2]) = (9, 8, (byte)flags);

        Assert.Equal(ErrorCode.None, HotFrameSnapshot.Read(bytes, HotDirection.FromServer).Error);

        var (error, frame) = HotFrameSnapshot.Read(bytes.AsSpan(0, length - 1), HotDirection.FromServer);
        Assert.Equal(ErrorCode.BadRequest, error);
        Assert.Equal(9, frame.SvcId);
    }

    [Theory]
    [InlineData("", 0, 0, HotFlags.None)]
    [InlineData("07", 7, 0, HotFlags.None)]
    [InlineData("0708", 7, 8, HotFlags.None)]
    [InlineData("07080100", 7, 8, HotFlags.Seq)]
    [InlineData("07080801000000", 7, 8, HotFlags.Sender)]
    [InlineData("070880", 7, 8, HotFlags.Ext)]
    public void Refused_frame_tells_its_header_and_nothing_else(string hex, byte svcId, byte opcode, HotFlags flags)
    {
        var (error, frame) = HotFrameSnapshot.Read(hex, HotDirection.FromClient);

        Assert.Equal(ErrorCode.BadRequest, error);
        Assert.Equal(new HotFrameSnapshot(svcId, opcode, flags, 0, 0, 0, 0, 0, ""), frame);
    }

    [Fact]
    public void Every_combination_of_flags_is_read_as_the_direction_allows()
    {
        for (var flags = 0; flags < 0x100; flags++)
        {
            var bytes = new byte[HotFrame.MaxHeaderLength];
            bytes[2] = (byte)flags;

            Assert.Equal(
                (flags & 0x80) == 0 ? ErrorCode.None : ErrorCode.BadRequest,
                HotFrameReader.TryRead(bytes, HotDirection.FromServer, out _));
            Assert.Equal(
                (flags & 0xC8) == 0 ? ErrorCode.None : ErrorCode.BadRequest,
                HotFrameReader.TryRead(bytes, HotDirection.FromClient, out _));
        }
    }

    [Fact]
    public void Unflagged_fields_are_not_written()
    {
        var frame = new HotFrameSnapshot(1, 2, HotFlags.Ack, 3, 4, 5, 6, 7, "ff");

        Assert.Equal("010202ff", Convert.ToHexStringLower(frame.Write()));
    }

    [Fact]
    public void Destination_that_is_too_short_is_refused()
    {
        Assert.Throws<ArgumentException>(() => HotFrameWriter.Write(new HotFrame { Flags = HotFlags.Seq }, new byte[6]));
    }

    [Fact]
    public void Has_asks_for_all_flags()
    {
        var frame = new HotFrame { Flags = HotFlags.Seq | HotFlags.Key };

        Assert.True(frame.Has(HotFlags.Seq));
        Assert.True(frame.Has(HotFlags.Seq | HotFlags.Key));
        Assert.False(frame.Has(HotFlags.Seq | HotFlags.Ack));
    }

    [Fact]
    public void Reading_and_writing_frames_does_not_allocate()
    {
        var bytes = Convert.FromHexString("01013d0100000002000000030000000400000070");
        var destination = new byte[64];

        Assert.Equal(0, Allocations.Of(() =>
        {
            HotFrameReader.TryRead(bytes, HotDirection.FromServer, out var frame);
            HotFrameWriter.Write(frame, destination);
        }));
        Assert.Equal(bytes, destination[..bytes.Length]);
    }
}
