using WsPrism.Client.Connection;

namespace WsPrism.Client.Tests.Connection;

public sealed class ReconnectPolicyTests
{
    [Theory]
    [InlineData(1000, Advice.Stop)]
    [InlineData(1001, Advice.Soon)]
    [InlineData(1002, Advice.Stop)]
    [InlineData(1003, Advice.Stop)]
    [InlineData(1005, Advice.Soon)]
    [InlineData(1007, Advice.Stop)]
    [InlineData(1009, Advice.Stop)]
    [InlineData(1011, Advice.Later)]
    [InlineData(1013, Advice.Later)]
    [InlineData(4401, Advice.Ticket)]
    [InlineData(4403, Advice.Stop)]
    [InlineData(4408, Advice.Stop)]
    [InlineData(4409, Advice.Stop)]
    [InlineData(4410, Advice.Later)]
    [InlineData(4411, Advice.Soon)]
    public void Close_codes_are_obeyed(int code, object advice) =>
        Assert.Equal(advice, ReconnectPolicy.After(new CloseReason(CloseCause.ClosedByGateway, "x", code)));

    [Theory]
    [InlineData("503 RESOURCE_EXHAUSTED retry_after=5", 5.0)]
    [InlineData("retry_after=", null)]
    [InlineData("retry_after=x", null)]
    [InlineData("tenant_full", null)]
    [InlineData("retry_after=99999999999999", 999999.0)]
    public void A_wait_in_the_reason_is_read(string text, double? seconds) => Assert.Equal(seconds, ReconnectPolicy.WaitIn(text)?.TotalSeconds);

    [Fact]
    public void The_wait_is_a_random_part_of_a_span_that_doubles_up_to_a_bound()
    {
        var random = 0.0;
        var backoff = new Backoff(new ClientOptions("ws://x", "t", "a")
        {
            ReconnectDelay = TimeSpan.FromSeconds(1),
            MaxReconnectDelay = TimeSpan.FromSeconds(4),
            Random = () => random,
        });
        Assert.Equal(TimeSpan.Zero, backoff.Next(Advice.Soon, null));
        random = 0.5;
        Assert.Equal([1.0, 2.0, 2.0], Enumerable.Range(0, 3).Select(_ => backoff.Next(Advice.Soon, null).TotalSeconds));

        backoff.Reset();
        Assert.Equal(0.5, backoff.Next(Advice.Soon, null).TotalSeconds);
        backoff.Reset();
        Assert.Equal(1.0, backoff.Next(Advice.Later, null).TotalSeconds);
        Assert.Equal(11.0, backoff.Next(Advice.Soon, TimeSpan.FromSeconds(10)).TotalSeconds);
    }
}
