using System.Net;
using System.Text.RegularExpressions;
using WsPrism.Configuration;

namespace WsPrism.Docs.Tests;

/// <summary>Runs the programs that the pages give the reader against a gateway that runs.</summary>
public sealed partial class WalkthroughTests
{
    [Fact]
    public async Task The_sample_in_C_sharp_gets_what_it_waits_for()
    {
        await using var gateway = await RunningGateway.StartDemoAsync();

        var (exitCode, output) = await Programs.RunAsync(Programs.Dotnet("first-message.dll", $"ws://{gateway.Clients}", "demo"));

        Assert.True(exitCode == 0, output);
        Assert.Contains("""bob got   {"v":1,"svc":"chat","type":"msg","room":"lobby","data":{"from":"user:alice","msg":"hello",""", output);
        Assert.Contains("""alice got {"v":1,"svc":"sys","type":"ack","id":1}""", output);
        Assert.Contains("bob got   01 01 08 01 00 00 00 2a", output);
    }

    [Fact]
    public async Task The_sample_for_Node_gets_what_it_waits_for()
    {
        await using var gateway = await RunningGateway.StartDemoAsync();

        var output = await RunNodeAsync(Repository.PathOf("samples/first-message/first-message.mjs"), $"ws://{gateway.Clients}", "demo");

        Assert.Contains("""bob got {"v":1,"svc":"chat","type":"msg","room":"lobby","data":{"from":"user:alice","msg":"hello",""", output);
        Assert.Contains("bob got 01010801000000" + "2a", output);
    }

    [Fact]
    public async Task The_first_message_of_the_README_is_answered_as_it_says()
    {
        var page = Page.Of("README.md");
        await using var gateway = await RunningGateway.StartDemoAsync();

        var output = await RunScriptAsync(gateway.Redirect(page.Blocks.Single(block => block.Info == "js").Body) + CloseAfter("ws", 2));

        AssertShown(page, output);
        Assert.Contains("250, 1, 0, 42", output.ReplaceLineEndings(" "));
    }

    [Fact]
    public async Task The_ticket_that_getting_started_signs_lets_one_in()
    {
        const string Secret = "5f4dcc3b5aa765d61d8327deb882cf99";
        var page = Page.Of("docs/getting-started.md");
        var keys = page.Blocks.Single(block => block.Info == "yaml tenant").Body.Replace("${WSPRISM_SECRET}", Secret).TrimEnd('\n').Replace("\n", "\n    ");
        var script = page.Blocks.Single(block => block.Info == "js ticket").Body;
        await using var gateway = await RunningGateway.StartAsync(
            $"version: 1\ngateway:\n  listen: \"127.0.0.1:8080\"\n  admin: {{listen: \"127.0.0.1:9090\"}}\ntenants:\n  - id: acme\n    {keys}\n");
        using var http = new HttpClient();

        foreach (var (secret, status) in new[] { (Secret, HttpStatusCode.UpgradeRequired), ("another", HttpStatusCode.Unauthorized) })
        {
            var ticket = (await RunScriptAsync(script.Replace("process.env.WSPRISM_SECRET", $"\"{secret}\""))).Trim();
            using var response = await http.GetAsync($"http://{gateway.Clients}/v1/ws?tenant=acme&ticket={ticket}");

            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_TCP_client_of_the_protocol_gets_what_it_waits_for()
    {
        var page = Page.Of("docs/protocol.md");
        var keys = page.Blocks.Single(block => block.Info == "yaml gateway" && block.Body.StartsWith("tcp:", StringComparison.Ordinal)).Body;
        await using var gateway = await RunningGateway.StartAsync(DemoConfig.Text.Replace("gateway:\n", "gateway:\n" + keys.Replace("tcp:\n  ", "  tcp:\n    ")));
        var script = page.Blocks.Single(block => block.Info == "python").Body.Replace("7000", gateway.Tcp.Split(':')[1]);

        var output = await RunPythonAsync(script);

        Assert.Contains("\"user\":\"user:alice\"", output);
        Assert.EndsWith("hot fa01002a\nclosed 1000 \n", output);
    }

    [Fact]
    public async Task The_client_that_comes_back_gets_its_session()
    {
        var page = Page.Of("docs/resume.md");
        var keys = page.Blocks.Single(block => block.Info == "yaml tenant").Body.TrimEnd().Replace("\n", "\n    ");
        var yaml = DemoConfig.Text.Replace("gateway:\n", "gateway:\n  tcp: {listen: \"127.0.0.1:7000\"}\n").Replace("    resume: {window_ms: 30000}", $"    {keys}");
        await using var gateway = await RunningGateway.StartAsync(yaml);
        var script = page.Blocks.Single(block => block.Info == "python").Body.Replace("7000", gateway.Tcp.Split(':')[1]);

        var lines = (await RunPythonAsync(script)).Split('\n');

        Assert.Single(lines, line => line.StartsWith("sys authed", StringComparison.Ordinal));
        Assert.Single(lines, line => line.StartsWith("sys resumed", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("chat msg", StringComparison.Ordinal) && line.Contains("still in the room", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_third_player_sees_what_the_page_says()
    {
        var page = Page.Of("docs/game.md");
        var keys = page.Blocks.Single(block => block.Info == "yaml tenant").Body;
        var yaml = DemoConfig.Text.Replace("gateway:\n", "gateway:\n  tcp: {listen: \"127.0.0.1:7000\"}\n")
            .Replace("    rooms:\n", $"    {keys[keys.IndexOf("rooms:", StringComparison.Ordinal)..].TrimEnd().Replace("\n", "\n    ")}\n");
        await using var gateway = await RunningGateway.StartAsync(yaml);
        var script = page.Blocks.Single(block => block.Info == "python").Body.Replace("7000", gateway.Tcp.Split(':')[1]);

        var output = await RunPythonAsync(script);

        Assert.EndsWith(page.Blocks.Single(block => block.Info == "text").Body.Trim(), output.Trim());
    }

    [Fact]
    public async Task A_handshake_without_upgrade_is_answered_as_the_table_of_the_protocol_says()
    {
        (string Query, HttpStatusCode Status)[] cases =
        [
            ("", HttpStatusCode.BadRequest),
            ("?tenant=demo", HttpStatusCode.BadRequest),
            ("?tenant=demo&ticket=alice&ticket=bob", HttpStatusCode.BadRequest),
            ("?tenant=demo&ticket=nobody", HttpStatusCode.Unauthorized),
            ("?tenant=unknown&ticket=alice", HttpStatusCode.Unauthorized),
            ("?tenant=demo&ticket=alice", HttpStatusCode.UpgradeRequired),
        ];
        var page = Page.Of("docs/protocol.md").Text;
        await using var gateway = await RunningGateway.StartDemoAsync();
        using var http = new HttpClient();

        foreach (var (query, status) in cases)
        {
            using var response = await http.GetAsync($"http://{gateway.Clients}/v1/ws{query}");

            Assert.Equal(status, response.StatusCode);
            var code = Code().Match(await response.Content.ReadAsStringAsync()).Groups[1].Value;
            Assert.Contains($"| {(int)status} | `{code}` |", page);
        }
    }

    // Ends an example once the last of what it waits for has come: a chat message and a Hot frame, or a chat message and an error.
    private static string CloseAfter(string socket, int count) =>
        $$"""
        {
          const came = new Set();
          {{socket}}.addEventListener("message", (e) => {
            const kind = typeof e.data !== "string" ? "frame" : /"type":"(msg|error)"/.exec(e.data)?.[1];
            if (kind) came.add(kind);
            if (came.size === {{count}}) {{socket}}.close();
          });
        }

        """;

    // Each line that the page shows must have come, but for what differs from run to run.
    private static void AssertShown(Page page, string output)
    {
        var lines = Varying().Replace(output, "*");

        Assert.All(
            page.Blocks.Where(block => block.Info == "json server").SelectMany(block => block.Lines),
            line => Assert.Contains(Varying().Replace(line, "*"), lines));
    }

    private static async Task<string> RunScriptAsync(string script)
    {
        var file = Path.ChangeExtension(Path.GetTempFileName(), ".mjs");
        await File.WriteAllTextAsync(file, script);
        try
        {
            return await RunNodeAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> RunNodeAsync(params string[] args)
    {
        var (options, skip) = await FindNodeAsync();
        Assert.SkipWhen(skip is not null, skip ?? string.Empty);

        var (exitCode, output) = await Programs.RunAsync(Programs.Of("node", [.. options, .. args]));

        Assert.True(exitCode == 0, output);
        return output;
    }

    private static async Task<string> RunPythonAsync(string script)
    {
        try
        {
            var (exitCode, output) = await Programs.RunAsync(Programs.Of("python3", "-c", script));
            Assert.True(exitCode == 0, output);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no python3 on this machine.");
            throw;
        }
    }

    // Node.js 22 has WebSocket; 20.10 and 21 have it behind an option.
    private static async Task<(string[] Options, string? Skip)> FindNodeAsync()
    {
        foreach (var options in (string[][])[[], ["--experimental-websocket"]])
        {
            try
            {
                var (exitCode, output) = await Programs.RunAsync(Programs.Of("node", [.. options, "-e", "process.exit(globalThis.WebSocket ? 0 : 1)"]));
                if (exitCode == 0)
                    return (options, null);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return ([], "There is no node on this machine.");
            }
        }

        return ([], "Node.js is too old to have WebSocket.");
    }

    [GeneratedRegex("\"code\":\"([A-Z_]+)\"")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<=""ts"":)\d+|(?<=""trace_id"":"")[0-9a-f]+")]
    private static partial Regex Varying();
}
