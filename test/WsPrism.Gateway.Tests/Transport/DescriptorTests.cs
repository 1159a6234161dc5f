using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Transport;

[Collection(Alone.Name)]
public sealed class DescriptorTests
{
    [Theory]
    [InlineData(Wire.WebSocket)]
    [InlineData(Wire.Tcp)]
    public async Task A_session_on_a_loop_leaves_nothing_of_HTTP_and_no_descriptor_behind(Wire wire)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loops are built on epoll.");
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig().Gateway("io", "epoll"), wire: wire);

        await ComeAndGoAsync(gateway, 50);
        var before = Descriptors();
        await ComeAndGoAsync(gateway, 2_000);

        // The runtime's own come and go; what leaks stays.
        await Patience.UntilAsync(() => Descriptors() <= before + 20, "the descriptors are free again");
    }

    private static async Task ComeAndGoAsync(GatewayUnderTest gateway, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var client = await gateway.ConnectAsync("load-1");
            if (i % 2 == 0)
            {
                client.Raw.Reset();
            }
        }

        while ((await gateway.MetricsAsync()).Sum("wsprism_sessions", ("tenant", "acme")) > 0)
        {
            await Task.Yield();
        }
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
