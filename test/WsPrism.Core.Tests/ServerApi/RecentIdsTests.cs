using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.ServerApi;

public sealed class RecentIdsTests
{
    private readonly ManualTime _time = new();
    private int _acts;

    [Fact]
    public async Task An_id_acts_once_within_its_time_and_gets_the_same_answer()
    {
        var ids = new RecentIds(_time);

        Assert.Equal(1, (await ids.OnceAsync("a", ActAsync)!).Receivers);
        _time.Advance(59_999);
        Assert.Equal(1, (await ids.OnceAsync("a", ActAsync)!).Receivers);
        Assert.Equal(2, (await ids.OnceAsync("b", ActAsync)!).Receivers);
        _time.Advance(1);
        Assert.Equal(3, (await ids.OnceAsync("a", ActAsync)!).Receivers);
    }

    [Fact]
    public async Task One_of_two_at_once_acts_and_both_get_its_answer()
    {
        var ids = new RecentIds(_time);
        var answer = new TaskCompletionSource<Published>();

        var first = ids.OnceAsync("a", () => answer.Task);
        var second = ids.OnceAsync("a", ActAsync);
        answer.SetResult(new Published(42));

        Assert.Equal((42, 42), ((await first!).Receivers, (await second!).Receivers));
        Assert.Equal(0, _acts);
    }

    [Fact]
    public async Task Memory_is_bounded_and_what_is_remembered_stays()
    {
        var ids = new RecentIds(_time);
        for (var i = 0; i < RecentIds.MaxIds; i++)
        {
            await ids.OnceAsync($"{i}", ActAsync)!;
        }

        Assert.Null(ids.OnceAsync("one more", ActAsync));
        Assert.Equal(1, (await ids.OnceAsync("0", ActAsync)!).Receivers);
        _time.Advance(60_000);
        Assert.Equal(RecentIds.MaxIds + 1, (await ids.OnceAsync("one more", ActAsync)!).Receivers);
        Assert.Equal(1, ids.Count);
    }

    [Fact]
    public async Task What_fails_is_not_remembered()
    {
        var ids = new RecentIds(_time);

        await Assert.ThrowsAsync<InvalidOperationException>(() => ids.OnceAsync("a", () => throw new InvalidOperationException())!);

        Assert.Equal(0, ids.Count);
        Assert.Equal(1, (await ids.OnceAsync("a", ActAsync)!).Receivers);
    }

    [Fact]
    public async Task Whoever_acts_keeps_nobody_else_waiting()
    {
        var ids = new RecentIds(_time);
        var under = 0;

        var answer = await ids.OnceAsync("a", async () =>
        {
            under = (await ids.OnceAsync("b", ActAsync)!).Receivers;
            return new Published(42, 7);
        })!;

        Assert.Equal((1, new Published(42, 7)), (under, answer));
    }

    private Task<Published> ActAsync() => Task.FromResult(new Published(++_acts));
}
