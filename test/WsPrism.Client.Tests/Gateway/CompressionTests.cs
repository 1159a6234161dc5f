using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Gateway;

/// <summary><c>permessage-deflate</c> between this client and the gateway itself; what went over the wire is counted on the way.</summary>
public sealed class CompressionTests
{
    // JSON as applications send it: it compresses to a small part of itself.
    private static readonly string Long = string.Join(' ', Enumerable.Range(0, 8_000).Select(i => $"item {i % 100}"));

    [Fact]
    public async Task Large_envelopes_come_through_and_are_small_on_the_wire()
    {
        await using var gateway = await RealGateway.StartAsync(compression: true);
        await using var network = new Forwarder(gateway.Address);

        await TalkAsync(network.Url, offers: true);

        Assert.InRange(network.Up, 1, Long.Length / 4);
        Assert.InRange(network.Down, 1, Long.Length / 4);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Nothing_is_compressed_unless_both_want_it(bool allows, bool offers)
    {
        await using var gateway = await RealGateway.StartAsync(compression: allows);
        await using var network = new Forwarder(gateway.Address);

        await TalkAsync(network.Url, offers);

        Assert.True(network.Up > Long.Length && network.Down > Long.Length, $"{network.Up} bytes up, {network.Down} down");
    }

    // One after the other: each is compressed without a memory of those before.
    private static async Task TalkAsync(string url, bool offers)
    {
        await using var client = new WsPrismClient(new ClientOptions(url, "demo", "alice") { Compression = offers });
        await client.ConnectAsync(Patience.Token());
        await client.Rooms.JoinAsync("log:1");
        foreach (var text in new[] { "short", Long, "short again" })
        {
            var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var subscription = client.Chat.OnMessage(message => heard.TrySetResult(message.Text));
            await client.Chat.SendAsync(text, "log:1");
            Assert.Equal(text, await heard.Task.WaitAsync(Patience.Token()));
        }

        var bytes = new byte[4_096];
        var echoed = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var echo = client.Hot.On(250, (in Protocol.Hot.HotFrame frame) => echoed.TrySetResult(frame.Payload.ToArray()));
        Assert.Equal(SendResult.Queued, client.Hot.TrySend(250, 1, bytes));
        Assert.Equal(bytes, await echoed.Task.WaitAsync(Patience.Token()));
    }
}
