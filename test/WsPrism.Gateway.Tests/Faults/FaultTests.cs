using System.Net;
using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// Clients that talk to each other over a network that splits, delays, stalls and cuts. Every message is accounted for at every receiver: once, and those of a
/// sender in their order. A failure names its seed; <c>WSPRISM_FAULT_SEED</c> repeats it.
/// </summary>
public sealed class FaultTests
{
    private const int Clients = 12;
    private const int Messages = 60;

    [Fact]
    public async Task Over_a_bad_network_every_message_comes_once_and_in_order()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WSPRISM_FAULT_SEED"), out var given) ? given : Random.Shared.Next();
        try
        {
            await RunAsync(seed);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Failed with WSPRISM_FAULT_SEED={seed}: {exception.Message}", exception);
        }
    }

    private static async Task RunAsync(int seed)
    {
        var config = new TestConfig()
            .Tenant("resume", "{window_ms: 600000, buffer_bytes: 1048576}")
            .Tenant("limits.outbound", "{ext_messages: 100000, ext_bytes: 67108864}");
        await using var gateway = await GatewayUnderTest.StartAsync(config);
        await using var proxy = new FaultProxy(seed, () => IPEndPoint.Parse(gateway.Address));
        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(i => new ResumingClient(() => proxy.Address, "acme", $"load-{i}", "room")).ToArray();
        var loops = clients.Select(client => client.RunAsync(end.Token)).ToArray();
        await Patience.UntilAsync(() => clients.All(client => client.IsInRoom), "all are in the room");

        for (var n = 0; n < Messages; n++)
        {
            foreach (var client in clients)
            {
                client.Send("chat", "send", $$"""{"msg":"{{n}}"}""");
            }

            await Task.Delay(1, CancellationToken.None);
        }

        await Patience.UntilAsync(() => proxy.Cuts > Clients || clients.Sum(client => client.Unanswered) == 0, "the network does its worst");
        proxy.Heal();
        await Patience.UntilAsync(() => clients.All(client => client.Unanswered == 0), "all messages are answered");
        await Patience.UntilAsync(() => clients.All(client => client.Received.Count >= Clients * Messages), "all messages are there");
        await end.CancelAsync();
        await Task.WhenAll(loops);

        Assert.True(proxy.Cuts > 0, "the network was a good one");
        Assert.All(clients, Account);
    }

    private static void Account(ResumingClient client)
    {
        Assert.Empty(client.Failures);
        Assert.Empty(client.Errors);
        var bySender = client.Received.GroupBy(envelope => envelope.GetProperty("data").GetProperty("from").GetString()!).ToArray();
        Assert.Equal(Clients, bySender.Length);
        foreach (var messages in bySender)
        {
            Assert.Equal(Enumerable.Range(0, Messages), messages.Select(NumberOf));
        }
    }

    private static int NumberOf(JsonElement envelope) => int.Parse(envelope.GetProperty("data").GetProperty("msg").GetString()!, provider: null);
}
