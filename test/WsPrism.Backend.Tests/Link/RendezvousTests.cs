using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Backend.Link;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;

namespace WsPrism.Backend.Tests.Link;

/// <summary>Which worker has a room.</summary>
public sealed class RendezvousTests
{
    // Worked out by another program, in another language.
    private const string ExpectedOwners = "12212231";

    private static readonly ulong[] Rooms = [.. Enumerable.Range(0, 5_000).Select(i => StableHash.Of(System.Text.Encoding.UTF8.GetBytes($"match:{i}")))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_worker_that_goes_moves_its_own_rooms_only_and_one_that_comes_takes_only_to_itself(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var workers = Enumerable.Range(0, random.Next(2, 12)).Select(i => Worker($"worker-{seed}-{round}-{i}")).ToArray();
            var gone = workers[random.Next(workers.Length)];
            var left = workers.Where(worker => worker != gone).ToArray();
            random.Shuffle(left);

            foreach (var room in Rooms)
            {
                var (with, without) = (LinkService.Choose(workers, room), LinkService.Choose(left, room));
                Assert.True(with == without || with == gone);
            }
        }
    }

    [Fact]
    public void Rooms_are_shared_evenly()
    {
        var workers = Enumerable.Range(1, 5).Select(i => Worker($"game-{i}")).ToArray();

        var shares = Rooms.GroupBy(room => LinkService.Choose(workers, room)).Select(share => share.Count()).ToArray();

        Assert.Equal(5, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, 850, 1_150));
    }

    [Fact]
    public void Every_gateway_and_release_finds_the_same_worker()
    {
        var workers = Enumerable.Range(1, 3).Select(i => Worker($"game-{i}")).ToArray();

        var names = Enumerable.Range(1, 8).Select(i => LinkService.Choose(workers, StableHash.Of(System.Text.Encoding.UTF8.GetBytes($"match:{i}"))).Name[5]);

        Assert.Equal(ExpectedOwners, string.Concat(names));
    }

    [Fact]
    public void Of_two_of_one_name_the_younger_has_the_rooms()
    {
        LinkWorker[] workers = [Worker("same"), Worker("other"), Worker("same")];

        Assert.DoesNotContain(workers[0], Rooms.Select(room => LinkService.Choose(workers, room)));
    }

    private static LinkWorker Worker(string name) => new(
        new TenantLink("acme", TimeProvider.System),
        tenant: null!,
        new LinkWorkerOptions { Name = name, Services = [], PingIntervalMs = 1, IdleTimeoutMs = 1, WriterSendTimeoutMs = 1, MaxMessageBytes = 1 },
        new NoWire(),
        NullLogger.Instance);

    private sealed class NoWire : ILinkWire
    {
        public int WriteHeader(Span<byte> destination, FrameKind kind, int length) => 0;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;

        public void Finish()
        {
        }

        public void Abort()
        {
        }
    }
}
