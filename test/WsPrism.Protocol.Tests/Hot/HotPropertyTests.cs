using WsPrism.Protocol.Hot;

namespace WsPrism.Protocol.Tests.Hot;

public sealed class HotPropertyTests
{
    [Fact]
    public void Frame_reads_back_as_written()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            var frame = RandomFrame(random);

            var (error, again) = HotFrameSnapshot.Read(frame.Write(), HotDirection.FromServer);

            Assert.Equal(ErrorCode.None, error);
            Assert.Equal(frame, again);
        });
    }

    [Fact]
    public void Accepted_bytes_write_back_as_they_were()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            var bytes = RandomValues.Bytes(random, 40);

            var (error, frame) = HotFrameSnapshot.Read(bytes, HotDirection.FromServer);

            if (error == ErrorCode.None)
                Assert.Equal(bytes, frame.Write());
            if (HotFrameSnapshot.Read(bytes, HotDirection.FromClient).Error == ErrorCode.None)
                Assert.Equal(ErrorCode.None, error);
        });
    }

    [Fact]
    public void Batch_reader_takes_random_bytes_apart_without_losing_any()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            var bytes = RandomValues.Bytes(random, 60);
            for (var i = 1; i < bytes.Length; i += 2)
                bytes[i] = (byte)random.Next(2);

            var batch = new HotBatchReader(bytes, (ushort)random.Next(6));
            var taken = 0;
            while (batch.TryReadNext(out var frame))
                taken += sizeof(ushort) + frame.Length;

            Assert.True(taken <= bytes.Length);
            Assert.True(batch.IsMalformed || taken == bytes.Length);
        });
    }

    private static HotFrameSnapshot RandomFrame(Random random)
    {
        var flags = (HotFlags)random.Next(0x80);
        return new HotFrameSnapshot(
            (byte)random.Next(256),
            (byte)random.Next(256),
            flags,
            Value(HotFlags.Seq),
            Value(HotFlags.Key),
            Value(HotFlags.Sender),
            Value(HotFlags.Room),
            (ushort)Value(HotFlags.Batch),
            Convert.ToHexStringLower(RandomValues.Bytes(random, 40)));

        uint Value(HotFlags flag) => (flags & flag) != 0 ? (uint)random.NextInt64(uint.MaxValue + 1L) : 0;
    }
}
