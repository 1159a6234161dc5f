using System.Net.WebSockets;
using System.Text;

namespace WsPrism.Docs.Tests;

public sealed class ServerApiTests
{
    private const string Key = "a-key-of-the-docs-0123456789abcdef";

    [Fact]
    public async Task Each_example_is_answered_as_the_page_says_one_after_the_other()
    {
        Assert.SkipWhen(!Has("curl") || !Has("bash"), "There is no curl or no bash on this machine.");
        var page = Page.Of("docs/server-api.md");
        var yaml = page.Blocks.First(block => block.Info == "yaml").Body.Replace("${ACME_API_KEY}", Key).Replace("${OPERATOR_API_KEY}", $"operator-{Key}");
        await using var gateway = await RunningGateway.StartAsync(yaml);
        using var alice = new ClientWebSocket();
        await alice.ConnectAsync(new Uri($"ws://{gateway.Clients}/v1/ws?tenant=acme&ticket=alice"), CancellationToken.None);
        await alice.SendAsync("""{"svc":"room","type":"join","room":"lobby"}"""u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        await ReadUntilAsync(alice, "\"joined\"");

        var commands = page.Blocks.Where(block => block.Info == "sh api").ToArray();
        var answers = page.Blocks.Where(block => block.Info == "json api").ToArray();

        Assert.Equal(answers.Length, commands.Length);
        foreach (var (command, answer) in commands.Zip(answers))
        {
            var (exitCode, output) = await Programs.RunAsync(Programs.Of("bash", "-c", $"ACME_API_KEY={Key}\nOPERATOR_API_KEY=operator-{Key}\n{gateway.Redirect(command.Body)}"));

            Assert.True(exitCode == 0, output);
            Assert.Equal(answer.Body.Trim(), output.Trim());
        }

        await ReadUntilAsync(alice, page.Blocks.First(block => block.Info == "json server").Body.Trim());
        await ReadUntilAsync(alice, "\"maintenance\"");
    }

    private static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task ReadUntilAsync(ClientWebSocket socket, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[65_536];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer, patience.Token);
            Assert.NotEqual(WebSocketMessageType.Close, message.MessageType);
            if (Encoding.UTF8.GetString(buffer, 0, message.Count).Contains(text))
                return;
        }
    }
}
