using WsPrism.Client.Hot;

namespace WsPrism.Client.Tests.Hot;

public sealed class SequenceBookTests
{
    [Fact]
    public void As_many_keys_as_the_bound_are_kept_and_one_more_takes_the_place_of_the_first()
    {
        var book = new SequenceBook(3);
        for (uint key = 1; key <= 3; key++)
            Assert.False(book.Set(Key(key), key * 10, out _));
        book.Set(Key(1), 11, out _);

        Assert.True(book.Set(Key(4), 40, out var forgotten));

        Assert.Equal((11u, 3), (forgotten, book.Count));
        Assert.False(book.TryGet(Key(1), out _));
        Assert.True(book.TryGet(Key(2), out var second));
        Assert.Equal(20u, second);
    }

    [Fact]
    public void Forgotten_by_name_it_makes_room_and_the_bound_holds()
    {
        var book = new SequenceBook(2);
        for (uint i = 0; i < 1_000; i++)
        {
            book.Set(Key(i % 5), i, out _);
            if (i % 3 == 0)
                book.Forget(key => key.Key == i % 5);
            Assert.InRange(book.Count, 0, 2);
        }
    }

    private static HotKey Key(uint key) => HotKey.ToSend(1, 1, key);
}
