using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using WsPrism.Client.Ext;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Examples;

/// <summary>The code of docs/coming-from/signalr.md, word for word: WsPrism.Docs.Tests compares. Ours runs, SignalR's compiles.</summary>
public sealed class ComingFromSignalR
{
    [Fact]
    public async Task Our_side_of_the_page_runs()
    {
        await using var gateway = await RealGateway.StartAsync(tenant: "acme");
        var url = gateway.Url;

        await using var client = new WsPrismClient(new ClientOptions(url, "acme", async cancellation => await GetTicketAsync(cancellation)));
        using var said = client.Chat.OnMessage(message => Console.WriteLine($"{message.From}: {message.Text}"));
        using var closing = client.Ext.On("news", "closing", message => Console.WriteLine(message.Data.TextOf("text")));
        using var roster = client.Presence.Watch("chat:lobby");
        roster.Changed += users => Console.WriteLine(string.Join(", ", users.Select(user => user.User)));

        await client.ConnectAsync();
        await client.Rooms.JoinAsync("chat:lobby");
        await client.Chat.SendAsync("hello", "chat:lobby");

        // There is no shop here.
        await Assert.ThrowsAsync<WsPrismException>(() => BuyAsync(client));
    }

    private static async Task<string> BuyAsync(WsPrismClient client)
    {
        JsonElement answer = await client.Ext.RequestAsync("shop", "buy", "chat:lobby", JsonData.Parse("""{"item":7}"""));
        return answer.ToString();
    }

    private static ValueTask<string> GetTicketAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ValueTask<string>("alice");
    }

    [Authorize]
    public sealed class ChatHub : Hub
    {
        public async Task Join(string room)
        {
            await Groups.AddToGroupAsync(Context.ConnectionId, room);
            await Clients.OthersInGroup(room).SendAsync("Came", Context.UserIdentifier);
        }

        public Task Say(string room, string text) => Clients.Group(room).SendAsync("Said", Context.UserIdentifier, text);
    }

    public sealed class Announcer(IHubContext<ChatHub> hub)
    {
        public Task CloseAsync() => hub.Clients.Group("chat:lobby").SendAsync("Closing", "We close in five minutes.");
    }

    public sealed class NewsDesk(HttpClient gateway)
    {
        public async Task CloseAsync()
        {
            var message = new { svc = "news", type = "closing", data = new { text = "We close in five minutes." }, id = "closing-1" };
            using var answer = await gateway.PostAsJsonAsync("rooms/chat%3Alobby/messages", message);
            answer.EnsureSuccessStatusCode();
        }
    }
}
