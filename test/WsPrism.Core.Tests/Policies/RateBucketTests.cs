using WsPrism.Core.Configuration;
using WsPrism.Core.Policies;
using WsPrism.Protocol;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Policies;

public sealed class RateBucketTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void A_full_bucket_gives_its_burst_and_not_one_more()
    {
        var (bucket, limit) = (new RateBucket(), new RateLimit(10, 5));

        for (var i = 0; i < 5; i++)
        {
            Assert.True(bucket.TryTake(limit, 0, out _));
        }

        Assert.False(bucket.TryTake(limit, 0, out var retryAfter));
        Assert.Equal(100 * Ms, retryAfter);
    }

    [Fact]
    public void A_token_comes_back_each_interval_and_not_before()
    {
        var (bucket, limit) = (new RateBucket(), new RateLimit(10, 1));
        Assert.True(bucket.TryTake(limit, 0, out _));

        Assert.False(bucket.TryTake(limit, (100 * Ms) - 1, out var retryAfter));
        Assert.Equal(1, retryAfter);
        Assert.True(bucket.TryTake(limit, 100 * Ms, out _));
        Assert.False(bucket.TryTake(limit, 100 * Ms, out _));
    }

    [Fact]
    public void Idling_fills_the_bucket_to_its_burst_only()
    {
        var (bucket, limit) = (new RateBucket(), new RateLimit(10, 3));
        bucket.TryTake(limit, 0, out _);

        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => bucket.TryTake(limit, 3_600_000 * Ms, out var _)));
    }

    [Fact]
    public void Waiting_for_as_long_as_told_is_enough() => Seeds.Check(100, random =>
    {
        var (bucket, limit, now) = (new RateBucket(), new RateLimit(random.Next(1, 2_000), random.Next(1, 50)), 0L);
        for (var i = 0; i < 500; i++)
        {
            now += random.Next(4) == 0 ? random.NextInt64(2 * limit.IntervalNs) : 0;
            if (!bucket.TryTake(limit, now, out var retryAfter))
            {
                Assert.False(bucket.TryTake(limit, now + retryAfter - 1, out _));
                now += retryAfter;
                Assert.True(bucket.TryTake(limit, now, out _));
            }
        }
    });

    [Fact]
    public void Never_more_than_the_rate_and_the_burst_in_any_span() => Seeds.Check(50, random =>
    {
        var (bucket, limit, now) = (new RateBucket(), new RateLimit(random.Next(1, 1_000), random.Next(1, 20)), 0L);
        var taken = new List<long>();
        for (var i = 0; i < 400; i++)
        {
            now += random.NextInt64(limit.IntervalNs);
            if (bucket.TryTake(limit, now, out _))
            {
                taken.Add(now);
            }
        }

        for (var i = 0; i < taken.Count; i++)
        {
            for (var j = i; j < Math.Min(taken.Count, i + 50); j++)
            {
                Assert.True(j - i + 1 <= limit.Burst + ((taken[j] - taken[i]) / limit.IntervalNs));
            }
        }
    });

    [Fact]
    public void A_lease_gives_the_burst_in_all_and_says_when_there_is_more()
    {
        var time = new ManualTime();
        var (bucket, limit) = (new SharedRateBucket(time), new RateLimit(100, 10));

        Assert.Equal(7, bucket.Lease(limit, 7, out _));
        Assert.Equal(3, bucket.Lease(limit, 7, out _));
        Assert.Equal(0, bucket.Lease(limit, 7, out var retryAfter));
        Assert.Equal(10 * Ms, retryAfter);

        time.Advance(9);
        Assert.Equal(0, bucket.Lease(limit, 1, out _));
        time.Advance(1);
        Assert.Equal(1, bucket.Lease(limit, 7, out _));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(255, 1)]
    [InlineData(512, 2)]
    [InlineData(1_000_000, 64)]
    public void Small_buckets_are_shared_out_one_by_one(int burst, int portion) => Assert.Equal(portion, SharedRateBucket.Portion(new RateLimit(100, burst)));

    [Theory]
    [InlineData(100)]
    [InlineData(4_096)]
    public async Task Threads_together_never_get_more_than_the_limit(int burst)
    {
        var time = new ManualTime();
        var (shared, limit) = (new SharedRateBucket(time), new RateLimit(1_000, burst));
        var given = 0;
        var buckets = Enumerable.Range(0, 4).Select(_ => new LeasedRateBucket(shared)).ToArray();
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(buckets.Select(bucket => Task.Run(() =>
            {
                for (var i = 0; i < 5_000; i++)
                {
                    if (bucket.TryTake(limit, out _))
                    {
                        Interlocked.Increment(ref given);
                    }
                }
            })));
            Assert.Equal(burst + (round * 10), given);
            time.Advance(10);
        }
    }

    [Fact]
    public void Hot_frames_with_a_bucket_of_their_own_take_nothing_from_the_common_one()
    {
        var policy = Policy(new PolicyConfig { RateLimitRps = 10, RateLimitBurst = 2, HotRateLimitRps = 5 });
        var limiter = Limiter();

        Assert.Equal(2, Enumerable.Range(0, 5).Count(_ => limiter.Take(Lane.Hot, policy, 0).IsPass));
        Assert.Equal(2, Enumerable.Range(0, 5).Count(_ => limiter.Take(Lane.Ext, policy, 0).IsPass));
        Assert.Equal(200, limiter.Take(Lane.Hot, policy, 0).RetryAfterMs);
        Assert.Equal(100, limiter.Take(Lane.Ext, policy, 0).RetryAfterMs);
    }

    [Fact]
    public void Hot_frames_without_a_bucket_of_their_own_share_the_common_one()
    {
        var policy = Policy(new PolicyConfig { RateLimitRps = 10, RateLimitBurst = 3 });
        var limiter = Limiter();

        Assert.True(limiter.Take(Lane.Hot, policy, 0).IsPass);
        Assert.True(limiter.Take(Lane.Ext, policy, 0).IsPass);
        Assert.True(limiter.Take(Lane.Hot, policy, 0).IsPass);
        Assert.False(limiter.Take(Lane.Ext, policy, 0).IsPass);
    }

    [Fact]
    public void Scope_tenant_shares_one_bucket_between_sessions()
    {
        var policy = Policy(new PolicyConfig { RateLimitRps = 10, RateLimitBurst = 4, RateLimitScope = RateLimitScope.Tenant });
        var shared = new SharedRateBucket(new ManualTime());
        var (first, second) = (Limiter(shared), Limiter(shared));

        Assert.Equal(3, Enumerable.Range(0, 3).Count(_ => first.Take(Lane.Ext, policy, 0).IsPass));
        Assert.True(second.Take(Lane.Ext, policy, 0).IsPass);
        Assert.Equal(PolicyReason.RateTenant, second.Take(Lane.Ext, policy, 0).Reason);
    }

    [Fact]
    public void Scope_connection_gives_each_session_its_own()
    {
        var policy = Policy(new PolicyConfig { RateLimitRps = 10, RateLimitBurst = 1 });
        var shared = new SharedRateBucket(new ManualTime());
        var (first, second) = (Limiter(shared), Limiter(shared));

        Assert.True(first.Take(Lane.Ext, policy, 0).IsPass);
        Assert.True(second.Take(Lane.Ext, policy, 0).IsPass);
        Assert.Equal(PolicyReason.RateConnection, second.Take(Lane.Ext, policy, 0).Reason);
    }

    [Fact]
    public void Scope_both_needs_a_token_of_each_and_a_refusal_takes_none()
    {
        var policy = Policy(new PolicyConfig { RateLimitRps = 10, RateLimitBurst = 2, RateLimitScope = RateLimitScope.Both });
        var time = new ManualTime();
        var shared = new SharedRateBucket(time);
        var (first, second) = (Limiter(shared), Limiter(shared));

        Assert.True(first.Take(Lane.Ext, policy, 0).IsPass);
        Assert.True(first.Take(Lane.Ext, policy, 0).IsPass);
        Assert.Equal(PolicyReason.RateConnection, first.Take(Lane.Ext, policy, 0).Reason);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(PolicyReason.RateTenant, second.Take(Lane.Ext, policy, 0).Reason);
        }

        time.Advance(100);
        Assert.True(second.Take(Lane.Ext, policy, 0).IsPass);
    }

    private static PolicySnapshot Policy(PolicyConfig config) => new(config);

    private static RateLimiter Limiter(SharedRateBucket? shared = null)
    {
        shared ??= new SharedRateBucket(new ManualTime());
        return new RateLimiter(new LeasedRateBucket(shared), new LeasedRateBucket(shared));
    }
}
