using System.Text;
using System.Threading.Channels;
using WsPrism.Client.Ext;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Rooms;

public sealed class RestoreTests
{
    // Who gave up waiting would forget a room that it is in.
    [Fact]
    public async Task Joining_rooms_again_takes_as_long_as_the_gateway_takes()
    {
        var (client, transport, connector) = await FakeConnector.OpenAsync(requestTimeout: TimeSpan.FromMilliseconds(1));
        var joining = client.Ext.RequestAsync("room", "join", "lobby", options: new RequestOptions { Timeout = Patience.Limit });
        Join(transport, 1);
        await joining;
        var restored = Channel.CreateUnbounded<SessionRestored>();
        client.SessionRestored += told => restored.Writer.TryWrite(told);
        transport.Abort();
        var (next, _) = await connector.Made.TakeAsync("the next connection");
        var sent = Channel.CreateUnbounded<string>();
        next.Sent = (bytes, _) => sent.Writer.TryWrite(Encoding.UTF8.GetString(bytes.Span));
        next.Say(FakeConnector.Greeting.Replace("S1", "S2", StringComparison.Ordinal));
        Assert.Contains("\"join\"", await sent.TakeAsync("the join"), StringComparison.Ordinal);

        // Its time began later.
        var late = await Assert.ThrowsAsync<WsPrismException>(() => client.Ext.RequestAsync("a", "b"));
        Assert.Equal(ClientErrorCodes.RequestTimeout, late.Code);
        Join(next, 2);

        var room = Assert.Single((await restored.TakeAsync("the session")).Rooms);
        Assert.Equal(("lobby", null), (room.Room, room.ErrorCode));
        Assert.NotNull(client.Rooms.Find("lobby"));
        await client.DisposeAsync();
    }

    private static void Join(FakeTransport transport, int id)
    {
        transport.Say("""{"svc":"sys","type":"joined","room":"lobby","data":{"handle":1,"members":1}}""");
        transport.Say($$$"""{"svc":"sys","type":"ack","id":{{{id}}}}""");
    }
}
