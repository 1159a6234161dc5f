using System.Diagnostics;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using WsPrism.JavaScript.Tests;

namespace WsPrism.Docs.Tests;

/// <summary>What <c>docs/guides/chat.md</c> gives the reader, run as the reader would: the gateway, the backend and clients, each its own program.</summary>
public sealed partial class ChatGuideTests
{
    private const string ApiKey = "a-key-of-the-guide-0123456789abcdef";

    private static readonly Page Guide = Page.Of("docs/guides/chat.md");

    [Fact]
    public async Task Somebody_with_a_ticket_of_the_backend_talks_and_who_comes_later_reads_it()
    {
        var missing = await NpmReady.ReadyAsync();
        Assert.SkipWhen(missing is not null, missing ?? string.Empty);
        var folder = Directory.CreateTempSubdirectory("chat-guide-");
        var yaml = Guide.Blocks.First(block => block.Info == "yaml").Body.Replace("${CHAT_API_KEY}", ApiKey).Replace("chat.db", Path.Combine(folder.FullName, "chat.db"));
        await using (var gateway = await RunningGateway.StartAsync(yaml))
        {
            using var backend = await NodeProgram.StartAsync(Block("js backend"), folder, ("GATEWAY_API", $"http://{gateway.Admin}"), ("CHAT_API_KEY", ApiKey), ("PORT", "0"));
            var client = Block("js page").Replace("\"wsprism\"", $"\"{new Uri(WsPrism.JavaScript.Tests.Repository.PathOf("clients/js/dist/node.js"))}\"")
                .Replace("127.0.0.1:8080", gateway.Clients)
                .Replace("127.0.0.1:5000", $"127.0.0.1:{backend.Port}");
            var publish = Block("js backend").Split("// Yours")[0] + Block("js publish");

            var (failed, published) = await RunAsync(publish, folder, ("GATEWAY_API", $"http://{gateway.Admin}"), ("CHAT_API_KEY", ApiKey));
            var first = await RunAsync(client + "client.close();\n", folder);
            var second = await RunAsync(client.Replace("\"ann\"", "\"ben\"") + "client.close();\n", folder);

            Assert.True(failed == 0, published);
            Assert.True(first.ExitCode == 0, first.Output);
            Assert.Contains("here: user:ann\n", first.Output);
            Assert.Contains("before: the house: We close at ten.\n", first.Output);
            Assert.True(second.ExitCode == 0, second.Output);
            Assert.Matches(@"here: (.*, )?user:ben\n", second.Output);
            Assert.Contains("before: user:ann: hello\n", second.Output);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_the_moderator_refuses_nobody_hears()
    {
        var folder = Directory.CreateTempSubdirectory("chat-guide-");
        var secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var server = ActFunction().Replace(Page.Of("docs/webhooks.md").Blocks.Single(block => block.Info == "js").Body, _ => Block("js act"));
        using var backend = await NodeProgram.StartAsync(server, folder, ("HOOK_SECRET", secret), ("PORT", "0"));
        var tenant = Guide.Blocks.Single(block => block.Info == "yaml tenant" && block.Body.Contains("webhook", StringComparison.Ordinal)).Body
            .Replace("127.0.0.1:5000", $"127.0.0.1:{backend.Port}").Replace("${HOOK_SECRET}", secret).TrimEnd().Replace("\n", "\n    ");
        await using var gateway = await RunningGateway.StartAsync(
            $"version: 1\ngateway:\n  listen: \"127.0.0.1:8080\"\n  admin:\n    listen: \"127.0.0.1:9090\"\ntenants:\n  - id: chat\n    auth: {{dev_tickets: {{ann: \"user:ann\"}}}}\n    {tenant}\n");
        using var ann = new ClientWebSocket();
        await ann.ConnectAsync(new Uri($"ws://{gateway.Clients}/v1/ws?tenant=chat&ticket=ann"), CancellationToken.None);

        await SendAsync(ann, """{"svc":"room","type":"join","room":"talk:lobby"}""");
        await SendAsync(ann, """{"svc":"talk","type":"say","room":"talk:lobby","data":{"msg":"darn it"},"id":1}""");
        await SendAsync(ann, """{"svc":"talk","type":"say","room":"talk:lobby","data":{"msg":"oh dear"},"id":2}""");
        await SendAsync(ann, """{"svc":"talk","type":"say","room":"talk:elsewhere","data":{"msg":"hello"},"id":3}""");
        await SendAsync(ann, """{"svc":"chat","type":"send","room":"talk:lobby","data":{"msg":"past you"},"id":4}""");
        var heard = await ReadUntilAsync(ann, "\"id\":1,", "\"id\":2", "\"id\":3,", "\"id\":4,", "\"type\":\"msg\"");

        Assert.Contains(heard, text => text.Contains("\"id\":1,\"data\":{\"code\":\"NOT_ALLOWED\",\"msg\":\"Mind your language.\"}", StringComparison.Ordinal));
        Assert.Contains(heard, text => text.Contains("\"id\":3,\"data\":{\"code\":\"NOT_IN_ROOM\"", StringComparison.Ordinal));
        Assert.Contains(heard, text => text.Contains("\"id\":4,\"data\":{\"code\":\"NOT_ALLOWED\"", StringComparison.Ordinal));
        var said = Assert.Single(heard, text => text.Contains("\"type\":\"msg\"", StringComparison.Ordinal));
        Assert.Contains("""{"v":1,"svc":"chat","type":"msg","room":"talk:lobby","offset":1,"data":{"from":"user:ann","msg":"oh dear","ts":""", said);
        folder.Delete(recursive: true);
    }

    // It is part of what WsPrism.Client.Tests builds and runs, where it stands further to the right.
    [Fact]
    public void The_code_in_C_sharp_is_code_that_runs() =>
        Assert.Contains(Flush(Block("csharp")), Flush(File.ReadAllText(Repository.PathOf("test/WsPrism.Client.Tests/Examples/ChatGuideExamples.cs"))));

    private static string Block(string info) => Guide.Blocks.Single(block => block.Info == info).Body;

    private static string Flush(string code) => string.Join('\n', code.Split('\n').Select(line => line.TrimStart()));

    private static async Task<(int ExitCode, string Output)> RunAsync(string script, DirectoryInfo folder, params (string Name, string Value)[] environment) =>
        await Programs.RunAsync(await NodeProgram.PrepareAsync(script, folder, environment));

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    // Everything until each of these has come.
    private static async Task<List<string>> ReadUntilAsync(ClientWebSocket socket, params string[] parts)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[65_536];
        var texts = new List<string>();
        while (!parts.All(part => texts.Exists(text => text.Contains(part, StringComparison.Ordinal))))
        {
            var message = await socket.ReceiveAsync(buffer, patience.Token);
            Assert.NotEqual(WebSocketMessageType.Close, message.MessageType);
            texts.Add(Encoding.UTF8.GetString(buffer, 0, message.Count));
        }

        return texts;
    }

    [GeneratedRegex(@"^function act\(.*?^\}\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ActFunction();

    /// <summary>A server in Node.js that says on which port it listens.</summary>
    private sealed class NodeProgram : IDisposable
    {
        private readonly Process _process;

        private NodeProgram(Process process) => _process = process;

        public string Port { get; private set; } = string.Empty;

        public static async Task<ProcessStartInfo> PrepareAsync(string script, DirectoryInfo folder, params (string Name, string Value)[] environment)
        {
            var file = Path.Combine(folder.FullName, $"{Guid.NewGuid():N}.mjs");
            await File.WriteAllTextAsync(file, script);
            var start = Programs.Of("node", file);
            foreach (var (name, value) in environment)
                start.Environment[name] = value;
            return start;
        }

        public static async Task<NodeProgram> StartAsync(string script, DirectoryInfo folder, params (string Name, string Value)[] environment)
        {
            const string Ready = "listening on ";
            NodeProgram program;
            try
            {
                program = new NodeProgram(Process.Start(await PrepareAsync(script, folder, environment))!);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Assert.Skip("There is no node on this machine.");
                throw;
            }

            var line = await program._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System)
                ?? throw new InvalidOperationException("The backend did not start: " + await program._process.StandardError.ReadToEndAsync());
            program.Port = line[Ready.Length..];
            program._process.BeginErrorReadLine();
            _ = program._process.StandardOutput.ReadToEndAsync();
            return program;
        }

        public void Dispose()
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
