using System.Text;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Transport;

/// <summary>What is the event loops' own; all else is tested on loops and strands alike.</summary>
public sealed class EventLoopTests
{
    [Theory]
    [InlineData("epoll")]
    [InlineData("portable")]
    public async Task Bytes_behind_the_request_are_the_sessions(string io)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loops are built on epoll.");
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig().Gateway("io", io));
        using var raw = await gateway.ConnectRawAsync();
        var request = Encoding.Latin1.GetBytes(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", WsClient.UpgradeHeaders));
        var frames = Enumerable.Range(0, 500).SelectMany(i => new ClientFrame(ClientFrame.Binary, [250, 1, 0x20, (byte)i]).ToBytes());

        await raw.SendAsync(new ReadOnlyMemory<byte>([.. request, .. frames]));
        var answer = await raw.ReadHttpAsync();

        Assert.Equal(101, answer.Status);
        for (var i = 0; i < 500;)
        {
            var frame = await ServerFrame.ReadAsync(raw);
            if (frame.Opcode == ClientFrame.Binary)
            {
                Assert.Equal((byte)i++, frame.Payload[^1]);
            }
        }
    }

    [Fact]
    public async Task A_request_whose_sender_ended_its_side_is_answered()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loops are built on epoll; Kestrel's own transport may give such a request up.");
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig().Gateway("io", "epoll"));
        using var raw = await gateway.ConnectRawAsync();

        await raw.SendAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice"));
        raw.ShutdownSend();

        Assert.Equal(426, (await raw.ReadHttpAsync()).Status);
    }

    [Theory]
    [InlineData(Wire.WebSocket)]
    [InlineData(Wire.Tcp)]
    public async Task Out_of_descriptors_it_says_so_once_and_accepts_again_when_some_are_free(Wire wire)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loops are built on epoll.");
        using var folder = new TemporaryFolder();
        var config = Path.Combine(folder.Path, "wsprism.yaml");
        await File.WriteAllTextAsync(config, new TestConfig().Gateway("io", "epoll").Text());
        using var gateway = GatewayProcess.StartWithDescriptors(400, folder.Path, "start", "--config", config);
        var address = await gateway.ReadAddressAsync();
        address = wire == Wire.Tcp ? await gateway.ReadTcpAddressAsync() : address;

        var clients = new List<RawClient>();
        for (var i = 0; i < 420; i++)
        {
            clients.Add(await RawClient.ConnectAsync(address));
        }

        await gateway.ReadLineAsync(line => line.Contains("Out of descriptors", StringComparison.Ordinal));
        foreach (var client in clients)
        {
            client.Dispose();
        }

        await gateway.ReadLineAsync(line => line.Contains("connections at", StringComparison.Ordinal));
        using var next = await GatewayClient.KnockAsync(wire, address, "acme", "t-alice");
        await (await next.OpenedAsync()).GreetedAsync();
        Assert.Single(gateway.Seen, line => line.Contains("Out of descriptors", StringComparison.Ordinal));
    }
}
