using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Examples;

/// <summary>The code of docs/guides/chat.md, word for word: WsPrism.Docs.Tests compares. Here it runs.</summary>
public sealed class ChatGuideExamples
{
    [Fact]
    public async Task The_bot_tells_the_time()
    {
        await using var gateway = await RealGateway.StartAsync();
        var url = gateway.Url;

        await using var bot = new WsPrismClient(new ClientOptions(url, "demo", "bob"));
        bot.Chat.OnMessage(said =>
        {
            if (said.Text == "!time")
                _ = bot.Chat.SendAsync($"{said.From}: {said.At:HH:mm} UTC", said.Room);
        });
        await bot.ConnectAsync();
        await bot.Rooms.JoinAsync("talk:lobby");

        await using var alice = new WsPrismClient(new ClientOptions(url, "demo", "alice"));
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        alice.Chat.OnMessage(said =>
        {
            if (said.From == "user:bob")
                answer.TrySetResult(said.Text);
        });
        await alice.ConnectAsync(Patience.Token());
        await alice.Rooms.JoinAsync("talk:lobby");
        await alice.Chat.SendAsync("!time", "talk:lobby");
        Assert.Matches(@"^user:alice: \d\d:\d\d UTC$", await answer.Task.WaitAsync(Patience.Token()));
    }
}
