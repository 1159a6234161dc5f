using WsPrism.Gateway.Hosting;

namespace WsPrism.Gateway.Tests.Hosting;

/// <summary>When an idle gateway may pause to give memory back.</summary>
public sealed class RestDetectorTests
{
    private readonly RestDetector _rest = new();

    [Fact]
    public void RestsOnceAfterAStorm()
    {
        Assert.False(_rest.IsAtRest(RestDetector.ManyHandshakes, 0));
        Assert.True(_rest.IsAtRest(RestDetector.ManyHandshakes, 0));
        Assert.False(_rest.IsAtRest(RestDetector.ManyHandshakes, 0));
    }

    [Fact]
    public void TooFewHandshakesAreNoStorm()
    {
        Assert.False(_rest.IsAtRest(RestDetector.ManyHandshakes - 1, 0));
        Assert.False(_rest.IsAtRest(RestDetector.ManyHandshakes - 1, 0));
    }

    [Fact]
    public void OneMoreHandshakeIsNoRest()
    {
        Assert.False(_rest.IsAtRest(5_000, 0));
        Assert.False(_rest.IsAtRest(5_001, 0));
        Assert.True(_rest.IsAtRest(5_001, 0));
    }

    [Fact]
    public void MoreThanAFewMessagesAreNoRest()
    {
        Assert.False(_rest.IsAtRest(5_000, 0));
        Assert.False(_rest.IsAtRest(5_000, RestDetector.FewMessages + 1));
        Assert.True(_rest.IsAtRest(5_000, (2 * RestDetector.FewMessages) + 1));
    }

    [Fact]
    public void TheNextStormIsCountedFromTheLastRest()
    {
        Assert.False(_rest.IsAtRest(5_000, 0));
        Assert.True(_rest.IsAtRest(5_000, 0));
        Assert.False(_rest.IsAtRest(5_999, 0));
        Assert.False(_rest.IsAtRest(5_999, 0));
        Assert.False(_rest.IsAtRest(6_000, 0));
        Assert.True(_rest.IsAtRest(6_000, 0));
    }
}
