using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Cli;

/// <summary><c>wsprism start</c>: its first words, its signals and its log.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_says_what_it_loaded_and_where_it_listens()
    {
        _folder.Write("wsprism.yaml", new TestConfig().Text());
        using var process = GatewayProcess.Start(_folder.Path, "start");

        var address = await process.ReadAddressAsync();

        Assert.Matches("^127\\.0\\.0\\.1:[1-9][0-9]*$", address);
        Assert.Contains("INFO  Configuration: ./wsprism.yaml", process.Seen);
        Assert.Contains("INFO  Loaded configuration for tenant: \"acme\"", process.Seen);
        Assert.Contains("INFO  Loaded configuration for tenant: \"zeta\"", process.Seen);
        Assert.Contains(process.Seen, line => line.StartsWith("WARN  ", StringComparison.Ordinal) && line.Contains("dev_tickets", StringComparison.Ordinal));
        using var client = await WsClient.UpgradeAsync(address, "/v1/ws?tenant=acme&ticket=t-alice");
        await client.GreetedAsync();
    }

    [Fact]
    public async Task Without_a_file_it_takes_the_demonstration_and_says_so()
    {
        // The demonstration has fixed ports, which may be taken here: its first line is what counts.
        using var process = GatewayProcess.Start(_folder.Path, "start");

        Assert.Equal("INFO  Configuration: the built-in demonstration", await process.ReadLineAsync(_ => true));
    }

    [Fact]
    public async Task A_port_in_use_is_exit_code_3_and_names_the_key()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        foreach (var key in new[] { "listen", "tcp.listen", "admin.listen" })
        {
            _folder.Write("wsprism.yaml", new TestConfig().Gateway(key, $"\"{taken.LocalEndpoint}\"").Text());
            var (code, output, _) = await GatewayProcess.RunAsync(_folder.Path, "start");

            Assert.Equal(3, code);
            Assert.Contains($"ERROR gateway.{key}: cannot listen at {taken.LocalEndpoint}", output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(GatewayProcess.Terminate)]
    [InlineData(GatewayProcess.Interrupt)]
    public async Task A_signal_drains_it_and_it_ends_with_0(int signal)
    {
        _folder.Write("wsprism.yaml", new TestConfig().Text());
        using var process = GatewayProcess.Start(_folder.Path, "start");
        var address = await process.ReadAddressAsync();
        using var lingering = await (await WsClient.UpgradeAsync(address, "/v1/ws?tenant=acme&ticket=t-alice")).GreetedAsync();
        using var polite = await (await WsClient.UpgradeAsync(address, "/v1/ws?tenant=acme&ticket=t-bob")).GreetedAsync();

        process.Signal(signal);

        await polite.ExpectAsync("sys", "draining");
        await polite.ExpectCloseAsync(1001);
        await lingering.ExpectAsync("sys", "draining");
        Assert.Equal(1001, (await lingering.ReadAsync()).CloseCode);
        using var newcomer = await RawClient.ConnectAsync(address);
        Assert.Equal("DRAINING", (await newcomer.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", WsClient.UpgradeHeaders))).Code);
        await lingering.SendAsync(ClientFrame.CloseWith(1001));
        var (code, output, errors) = await process.EndAsync();
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("INFO  Draining: 2 sessions over 0 ms", output, StringComparison.Ordinal);
        Assert.EndsWith("INFO  Drained\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GatewayProcess.Terminate, GatewayProcess.Terminate, 143)]
    [InlineData(GatewayProcess.Interrupt, GatewayProcess.Interrupt, 130)]
    [InlineData(GatewayProcess.Terminate, GatewayProcess.Interrupt, 130)]
    public async Task A_second_signal_ends_it_at_once(int first, int second, int exitCode)
    {
        _folder.Write("wsprism.yaml", new TestConfig().Gateway("drain_grace_ms", "600000").Text());
        using var process = GatewayProcess.Start(_folder.Path, "start");
        var address = await process.ReadAddressAsync();
        using var client = await (await WsClient.UpgradeAsync(address, "/v1/ws?tenant=acme&ticket=t-alice")).GreetedAsync();

        process.Signal(first);
        await client.ExpectAsync("sys", "draining");
        process.Signal(second);

        Assert.Equal(exitCode, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task SIGHUP_and_a_change_of_the_file_take_it_in_and_the_sessions_stay()
    {
        _folder.Write("wsprism.yaml", new TestConfig().Text());
        using var process = GatewayProcess.Start(_folder.Path, "start");
        var address = await process.ReadAddressAsync();
        using var alice = await (await WsClient.UpgradeAsync(address, "/v1/ws?tenant=acme&ticket=t-alice")).GreetedAsync();
        await process.ReadLineAsync(line => line.Contains("are watched", StringComparison.Ordinal));

        _folder.Write("new", new TestConfig().Tenant("policy.rate_limit_rps", "77").Gateway("logging.level", "debug").Text());
        File.Move(Path.Combine(_folder.Path, "new"), Path.Combine(_folder.Path, "wsprism.yaml"), overwrite: true);
        Assert.Equal("INFO  Reload: tenant \"acme\": policy.rate_limit_rps", await process.ReadLineAsync(line => line.Contains("\"acme\"", StringComparison.Ordinal)));
        Assert.Equal("INFO  Reloaded ./wsprism.yaml (file change): configuration 2 is in force", await process.ReadLineAsync(line => line.Contains("Reloaded", StringComparison.Ordinal)));
        process.Signal(GatewayProcess.HangUp);
        Assert.Equal("INFO  Reloaded ./wsprism.yaml (SIGHUP): nothing to change", await process.ReadLineAsync(line => line.Contains("Reloaded", StringComparison.Ordinal)));
        _folder.Write("wsprism.yaml", "version: 2");
        Assert.StartsWith("ERROR wsprism.yaml:1:", await process.ReadLineAsync(line => line.StartsWith("ERROR", StringComparison.Ordinal)), StringComparison.Ordinal);
        await process.ReadLineAsync(line => line.Contains("the running configuration stays", StringComparison.Ordinal));

        Assert.Equal(77, (await alice.ExpectAsync("sys", "budget")).GetProperty("data").GetProperty("rps").GetInt32());
        await alice.ExpectAsync("sys", "budget");
        using var bob = await (await WsClient.UpgradeAsync(address, "/v1/ws?tenant=acme&ticket=t-bob")).GreetedAsync();
        await process.ReadLineAsync(line => line.StartsWith("DEBUG Session opened: ", StringComparison.Ordinal));
        process.Signal(GatewayProcess.Terminate);
        await alice.ExpectAsync("sys", "draining");
    }

    [Theory]
    [InlineData("console")]
    [InlineData("json")]
    public async Task No_log_line_at_any_level_has_a_ticket_in_it(string format)
    {
        const string Ticket = "t-s3cr3t-0123456789";
        _folder.Write("wsprism.yaml", new TestConfig()
            .Gateway("logging", $"{{level: trace, format: {format}, categories: {{Microsoft: trace, Microsoft.AspNetCore.Hosting: trace, Microsoft.AspNetCore.Server.Kestrel.BadRequests: trace, System: trace}}}}")
            .Tenant("auth.dev_tickets", $"{{{Ticket}: \"user:alice\"}}").Text());
        using var process = GatewayProcess.Start(_folder.Path, "start");
        var active = await process.ReadLineAsync(line => line.Contains("gateway active at", StringComparison.Ordinal));
        var address = active[active.IndexOf("127.0.0.1", StringComparison.Ordinal)..].Split('"', ' ')[0];

        foreach (var target in new[] { $"/v1/ws?tenant=acme&ticket={Ticket}", $"/v1/ws?tenant=nobody&ticket={Ticket}", $"/{Ticket}", $"/v1/ws?ticket={Ticket} x" })
        {
            using var raw = await RawClient.ConnectAsync(address);
            await raw.AskAsync(RawClient.Get(target, $"X-Bad Header {Ticket}: y"));
            using var good = await RawClient.ConnectAsync(address);
            await good.AskAsync(RawClient.Get(target));
        }

        using var client = await (await WsClient.UpgradeAsync(address, $"/v1/ws?tenant=acme&ticket={Ticket}")).GreetedAsync();
        await client.SendTextAsync($$$"""{"svc":"sys","type":"refresh","data":{"ticket":"{{{Ticket}}}"},"id":1}""");
        await client.ExpectAsync("sys", "ack");
        await client.SendTextAsync("no json");
        await client.ExpectErrorAsync();
        process.Signal(GatewayProcess.Terminate);
        await client.ExpectAsync("sys", "draining");
        await client.ExpectCloseAsync(1001);
        var (code, output, errors) = await process.EndAsync();

        Assert.Equal((0, ""), (code, errors));
        Assert.DoesNotContain(Ticket, output, StringComparison.Ordinal);
        Assert.Contains("user:alice", output, StringComparison.Ordinal);
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (format == "json")
            {
                Assert.Equal(JsonValueKind.Object, JsonSerializer.Deserialize<JsonElement>(line).ValueKind);
            }
            else
            {
                Assert.Matches("^(TRACE |DEBUG |INFO  |WARN  |ERROR )[^ ]", line);
            }
        }
    }

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 404)]
    public async Task There_is_a_page_to_try_it_outside_of_production(bool production, int status)
    {
        var config = new TestConfig().Gateway("production", production ? "true" : "false");
        if (production)
        {
            config.Tenant("auth.dev_tickets", "{}");
        }

        var text = production ? config.Text().Replace("{dev_tickets: {z-ticket: \"user:zoe\", t-alice: \"user:other-alice\"}}", "{}", StringComparison.Ordinal) : config.Text();
        _folder.Write("wsprism.yaml", text);
        using var process = GatewayProcess.Start(_folder.Path, "start");
        using var client = await RawClient.ConnectAsync(await process.ReadAddressAsync());

        var answer = await client.AskAsync(RawClient.Get("/"));

        Assert.Equal(status, answer.Status);
        if (!production)
        {
            Assert.Equal("text/html; charset=utf-8", answer.Header("content-type"));
            Assert.Contains("default-src 'none'", answer.Header("content-security-policy"), StringComparison.Ordinal);
            Assert.Contains("</html>", answer.Body, StringComparison.OrdinalIgnoreCase);
        }

        foreach (var script in new[] { "/wsprism.js", "/demo.js", "/demo-view.js" })
        {
            answer = await client.AskAsync(RawClient.Get(script));

            Assert.Equal(status, answer.Status);
            Assert.Equal(production ? "application/json" : "text/javascript; charset=utf-8", answer.Header("content-type"));
        }
    }
}
