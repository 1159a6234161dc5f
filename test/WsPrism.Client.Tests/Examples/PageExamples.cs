using System.Text.Json;
using WsPrism.Client.Ext;
using WsPrism.Client.Hot;
using WsPrism.Client.Rooms;
using WsPrism.Client.Tests.Support;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Tests.Examples;

/// <summary>The code of docs/client-dotnet.md, word for word: WsPrism.Docs.Tests compares. Here it runs.</summary>
public sealed class PageExamples
{
    [Fact]
    public async Task The_code_of_the_page_runs()
    {
        await using var gateway = await RealGateway.StartAsync();
        var url = gateway.Url;

        await using var client = new WsPrismClient(new ClientOptions(url, "demo", "alice"));
        client.StateChanged += change => Console.WriteLine(change);
        SessionInfo session = await client.ConnectAsync();
        Console.WriteLine($"{session.User}, session {session.Session}");

        await RoomsAsync(client);
        await HotAsync(client);
        Restored(client);
        Notices(client);
        Clock(client);
        await Assert.ThrowsAsync<WsPrismException>(() => EnvelopesAsync(client));

        await using var other = new WsPrismClient(Tickets(url));
        await other.ConnectAsync(Patience.Token());
    }

    private static ClientOptions Tickets(string url)
    {
        var options = new ClientOptions(url, "demo", async cancellation => await GetTicketAsync(cancellation))
        {
            MaxReconnectDelay = TimeSpan.FromSeconds(10),
        };
        return options;
    }

    private static async Task EnvelopesAsync(WsPrismClient client)
    {
        using var subscription = client.Ext.On("shop", "sold", message => Console.WriteLine(message.Data.TextOf("item")));
        JsonElement answer = await client.Ext.RequestAsync("shop", "buy", data: JsonData.Parse("""{"item":7}"""));
        SendResult became = client.Ext.TrySend("chat", "typing", room: "lobby");
        Console.WriteLine($"{answer} {became}");
    }

    private static async Task RoomsAsync(WsPrismClient client)
    {
        Room room = await client.Rooms.JoinAsync("log:1", new JoinOptions { Active = false });
        HistoryPage page = await client.Rooms.HistoryAsync("log:1", limit: 50);
        await foreach (var member in client.Rooms.MembersAsync("log:1"))
            Console.WriteLine(member.User);

        Assert.Equal(("log:1", 0), (room.Name, page.Messages.Count));
    }

    private static async Task HotAsync(WsPrismClient client)
    {
        client.Hot.On(1, 10, (in HotFrame frame) =>
        {
            var reader = new PayloadReader(frame.Payload);
            var (x, y) = (reader.ReadInt16(), reader.ReadInt16());
            if (reader.IsComplete)
                Console.WriteLine($"{frame.Sender} is at {x}, {y}");
        });
        await client.Rooms.JoinAsync("match:7");
        Send(client);
    }

    private static void Send(WsPrismClient client)
    {
        Span<byte> payload = stackalloc byte[4];
        var writer = new PayloadWriter(payload);
        writer.WriteInt16(16);
        writer.WriteInt16(-16);
        SendResult sent = client.Hot.TrySend(1, 10, writer.Written, key: 42, room: "match:7");

        using HotSender sender = client.Hot.CreateSender();
        sender.Set(1, 10, payload, key: 42);
        Assert.Equal(SendResult.Queued, sent);
    }

    private static void Restored(WsPrismClient client)
    {
        client.SessionRestored += restored =>
        {
            if (!restored.IsResumed)
                Console.WriteLine($"A new session: {restored.Failure}");
            foreach (var room in restored.Rooms.Where(room => !room.Recovered))
                Console.WriteLine($"Load {room.Room} anew.");
        };
    }

    private static void Notices(WsPrismClient client)
    {
        client.Notices.OnLagging(lag => Console.WriteLine($"{lag.Dropped} messages of the {lag.Lane} lane are lost."));
        client.Rooms.Joined += room => Console.WriteLine($"In {room.Name}, with {room.Members} members.");
    }

    private static void Clock(WsPrismClient client)
    {
        DateTimeOffset now = client.Clock.Now;
        if (client.Clock.Estimate is { } estimate)
            Console.WriteLine($"{estimate.Offset.TotalMilliseconds:+0.0;-0.0} ± {estimate.Bound.TotalMilliseconds:0.0} ms, {client.Clock.Latency.Last.TotalMilliseconds:0.0} ms there and back");
        Assert.NotEqual(default, now);
    }

    private static ValueTask<string> GetTicketAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ValueTask<string>("bob");
    }
}
