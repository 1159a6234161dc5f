using WsPrism.Client.Ext;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Connection;

/// <summary>Many messages at once, over a socket: those that wait go out together.</summary>
public sealed class BurstTests
{
    [Fact]
    public async Task All_that_was_sent_in_a_burst_arrives_in_order_and_before_the_close()
    {
        await using var gateway = new MockGateway();
        var client = new WsPrismClient(new ClientOptions(gateway.Url, "demo", "alice") { PingInterval = TimeSpan.Zero });
        var connecting = client.ConnectAsync(Patience.Token());
        var connection = await gateway.AcceptOneAsync();
        await connection.TextAsync(FakeConnector.Greeting);
        await connecting;

        // A pong of the platform's own comes between, and now and then something longer than goes together.
        var sent = new List<int>();
        for (var i = 0; i < 500; i++)
        {
            if (i % 50 == 0)
                await connection.PingAsync();

            var length = i % 60 == 59 ? 30_000 : i % 7 * 100;
            sent.Add(length);
            Assert.Equal(SendResult.Queued, i % 2 == 0 ? client.Hot.TrySend(1, 1, new byte[length], sequenced: false) : client.Ext.TrySend("a", "b", null, Text(length)));
        }

        var closing = client.CloseAsync();
        foreach (var length in sent)
        {
            var heard = await connection.Heard.TakeAsync($"a message of {length}");
            Assert.Equal(length, heard.Kind == "text" ? heard.Text.Length - Text(0, "a", "b").Length : heard.Bytes!.Length - 3);
        }

        Assert.Equal("close", (await connection.Heard.TakeAsync("the close")).Kind);
        await closing;
    }

    private static JsonData Text(int length) => JsonData.Parse($"\"{new string('x', length)}\"");

    private static string Text(int length, string svc, string type) => $$"""{"svc":"{{svc}}","type":"{{type}}","data":{{Text(length)}}}""";
}
