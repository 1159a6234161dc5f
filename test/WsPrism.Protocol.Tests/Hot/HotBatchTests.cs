using WsPrism.Protocol.Hot;

namespace WsPrism.Protocol.Tests.Hot;

public sealed class HotBatchTests
{
    [Theory]
    [InlineData(0, "", 0)]
    [InlineData(1, "0300010100", 1)]
    [InlineData(2, "03000101000400010200ff", 2)]
    public void Batch_yields_its_frames(int count, string payload, int expected)
    {
        Assert.Equal((expected, false), Walk(count, payload));
    }

    [Theory]
    [InlineData(0, "00", 0)] // bytes left over
    [InlineData(1, "030001010000", 1)] // bytes left over
    [InlineData(1, "", 0)] // no length
    [InlineData(1, "03", 0)] // half a length
    [InlineData(1, "03000101", 0)] // frame cut
    [InlineData(1, "0400010100", 0)] // one byte missing
    [InlineData(2, "0300010100", 1)] // second missing
    [InlineData(1, "0000", 0)] // empty frame
    [InlineData(1, "02000101", 0)] // shorter than a header
    [InlineData(1, "05000101400000", 0)] // batch in a batch
    [InlineData(65535, "0300010100", 1)]
    public void Batch_that_does_not_add_up_is_malformed(int count, string payload, int expected)
    {
        Assert.Equal((expected, true), Walk(count, payload));
    }

    [Fact]
    public void Longest_inner_frame_has_65535_bytes()
    {
        byte[] payload = [0xFF, 0xFF, .. new byte[ushort.MaxValue]];

        Assert.Equal((1, false), Walk(1, Convert.ToHexString(payload)));
        Assert.Equal((0, true), Walk(1, Convert.ToHexString(payload.AsSpan(0, payload.Length - 1))));
    }

    private static (int Frames, bool IsMalformed) Walk(int count, string payload)
    {
        var batch = new HotBatchReader(new HotFrame { Count = (ushort)count, Payload = Convert.FromHexString(payload) });
        var frames = 0;
        while (batch.TryReadNext(out var frame))
        {
            Assert.True(frame.Length >= HotFrame.HeaderLength);
            frames++;
        }

        Assert.False(batch.TryReadNext(out _));
        return (frames, batch.IsMalformed);
    }
}
