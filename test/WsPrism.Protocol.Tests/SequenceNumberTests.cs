namespace WsPrism.Protocol.Tests;

public sealed class SequenceNumberTests
{
    [Theory]
    [InlineData(1u, 0u, true)]
    [InlineData(0u, 0u, false)]
    [InlineData(0u, 1u, false)]
    [InlineData(0u, uint.MaxValue, true)]
    [InlineData(uint.MaxValue, 0u, false)]
    [InlineData(0x7FFF_FFFFu, 0u, true)]
    [InlineData(0x8000_0000u, 0u, false)]
    [InlineData(0u, 0x8000_0000u, false)]
    [InlineData(0x8000_0001u, 0u, false)]
    [InlineData(0u, 0x8000_0001u, true)]
    public void Half_the_circle_ahead_is_newer(uint candidate, uint reference, bool newer)
    {
        Assert.Equal(newer, SequenceNumber.IsNewer(candidate, reference));
    }

    [Fact]
    public void Next_is_newer_and_wraps()
    {
        Assert.Equal(0u, SequenceNumber.Next(uint.MaxValue));
        Assert.True(SequenceNumber.IsNewer(SequenceNumber.Next(uint.MaxValue), uint.MaxValue));
    }

    [Fact]
    public void Compare_agrees_with_newer_both_ways()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            var left = (uint)random.NextInt64(uint.MaxValue + 1L);
            var right = RandomValues.Pick(random, left, left + 1, left + 0x7FFF_FFFF, left + 0x8000_0000, (uint)random.Next());

            var order = SequenceNumber.Compare(left, right);

            Assert.Equal(-order, SequenceNumber.Compare(right, left));
            Assert.Equal(order > 0, SequenceNumber.IsNewer(left, right));
            Assert.Equal(order == 0, left == right || left - right == 0x8000_0000);
        });
    }
}
