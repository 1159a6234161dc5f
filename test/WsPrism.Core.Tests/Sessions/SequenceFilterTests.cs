using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions;

public sealed class SequenceFilterTests
{
    [Theory]
    [InlineData(5u, 6u, true)]
    [InlineData(5u, 5u, false)]
    [InlineData(5u, 4u, false)]
    [InlineData(0xFFFF_FFFFu, 0u, true)]
    [InlineData(0u, 0xFFFF_FFFFu, false)]
    [InlineData(0u, 0x7FFF_FFFFu, true)]
    [InlineData(0u, 0x8000_0000u, false)]
    [InlineData(0xFFFF_FFF0u, 0x10u, true)]
    public void Only_what_is_newer_on_the_circle_is_accepted(uint last, uint next, bool accepted)
    {
        var filter = new SequenceFilter();

        Assert.True(filter.TryAccept(Frame(1, 1, last)));
        Assert.Equal(accepted, filter.TryAccept(Frame(1, 1, next)));
    }

    [Fact]
    public void A_refused_number_changes_nothing()
    {
        var filter = new SequenceFilter();
        filter.TryAccept(Frame(1, 1, 10));

        Assert.False(filter.TryAccept(Frame(1, 1, 3)));
        Assert.False(filter.TryAccept(Frame(1, 1, 9)));
        Assert.True(filter.TryAccept(Frame(1, 1, 11)));
    }

    [Fact]
    public void Service_opcode_and_key_count_apart_and_no_key_is_not_key_zero()
    {
        var filter = new SequenceFilter();

        Assert.True(filter.TryAccept(Frame(1, 1, 9)));
        Assert.True(filter.TryAccept(Frame(2, 1, 9)));
        Assert.True(filter.TryAccept(Frame(1, 2, 9)));
        Assert.True(filter.TryAccept(Frame(1, 1, 9, key: 0)));
        Assert.True(filter.TryAccept(Frame(1, 1, 9, key: 1)));
        Assert.False(filter.TryAccept(Frame(1, 1, 9)));
        Assert.False(filter.TryAccept(Frame(1, 1, 9, key: 0)));
    }

    [Fact]
    public void A_few_hundred_keys_are_all_remembered() => Seeds.Check(20, random =>
    {
        var (filter, model) = (new SequenceFilter(), new Dictionary<uint, uint>());
        for (var i = 0; i < 3_000; i++)
        {
            var (key, seq) = ((uint)random.Next(200), (uint)random.Next(1_000));
            var expected = !model.TryGetValue(key, out var last) || seq > last;
            Assert.Equal(expected, filter.TryAccept(Frame(1, 1, seq, key)));
            model[key] = expected ? seq : last;
        }
    });

    [Fact]
    public void A_client_that_makes_up_keys_fills_no_more_than_the_table()
    {
        var filter = new SequenceFilter();
        for (var key = 0u; key < 100_000; key++)
        {
            Assert.True(filter.TryAccept(Frame(1, 1, 5, key)));
        }

        var remembered = Enumerable.Range(0, 100_000).Reverse().Count(key => !filter.TryAccept(Frame(1, 1, 4, (uint)key)));
        Assert.InRange(remembered, 1, SequenceFilter.Capacity);
    }

    private static HotFrame Frame(byte svcId, byte opcode, uint seq, uint? key = null) => new()
    {
        SvcId = svcId,
        Opcode = opcode,
        Flags = HotFlags.Seq | (key is null ? 0 : HotFlags.Key),
        Seq = seq,
        Key = key ?? 0,
    };
}
