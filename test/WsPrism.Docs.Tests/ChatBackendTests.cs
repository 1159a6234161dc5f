using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WsPrism.Docs.Tests;

/// <summary>The chat backends of the samples, as their README runs them: the gateway, the backend and a client, each its own program or connection.</summary>
public sealed class ChatBackendTests
{
    private const string ApiKey = "a-key-of-the-samples-0123456789abcdef";

    private static readonly byte[] HookSecret = SHA256.HashData("a secret of the samples"u8);

    public static TheoryData<string> Backends => ["aspnet", "node"];

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Users_log_in_join_and_talk(string kind)
    {
        await using var sample = await Sample.StartAsync(kind);
        using var ann = await sample.ConnectAsync("ann");
        await ann.SendAsync("""{"svc":"room","type":"join","room":"lobby"}""");
        await ann.ReadUntilAsync("""{"v":1,"svc":"talk","type":"came","room":"lobby","data":{"user":"user:ann"}}""");

        await ann.SendAsync("""{"svc":"talk","type":"say","room":"lobby","data":{"text":"hello"},"id":1}""");

        await ann.ReadUntilAsync("""{"v":1,"svc":"sys","type":"ack","id":1,"data":{"count":1}}""");
        await ann.ReadUntilAsync("""{"v":1,"svc":"talk","type":"said","room":"lobby","data":{"from":"user:ann","text":"hello"}}""");
        using var bob = await sample.ConnectAsync("bob");
        await bob.SendAsync("""{"svc":"talk","type":"history","room":"lobby","id":1}""");
        await bob.ReadUntilAsync("\"code\":\"NOT_IN_ROOM\"");
        await bob.SendAsync("""{"svc":"room","type":"join","room":"lobby"}""");
        await bob.SendAsync("""{"svc":"talk","type":"history","room":"lobby","id":2}""");
        await bob.ReadUntilAsync("""{"v":1,"svc":"sys","type":"ack","id":2,"data":[{"from":"user:ann","text":"hello"}]}""");
        await bob.SendAsync("""{"svc":"talk","type":"shout","room":"lobby","id":3}""");
        await bob.ReadUntilAsync("\"code\":\"BAD_REQUEST\"");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Only_what_the_gateway_signed_counts_and_once(string kind)
    {
        await using var sample = await Sample.StartAsync(kind);
        var body = """{"svc":"talk","type":"say","room":"lobby","in_room":true,"user":"user:ann","data":{"text":"again"}}"""u8.ToArray();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        var first = await sample.PostAsync("msg_1", now, body, Sign("msg_1", now, body));
        var again = await sample.PostAsync("msg_1", now, body, Sign("msg_1", now, body));
        var next = await sample.PostAsync("msg_2", now, body, "v1,AAAA " + Sign("msg_2", now, body));

        Assert.Equal(1, first.Json.GetProperty("reply").GetProperty("count").GetInt32());
        Assert.Equal(1, again.Json.GetProperty("reply").GetProperty("count").GetInt32());
        Assert.Equal(2, next.Json.GetProperty("reply").GetProperty("count").GetInt32());
        Assert.Equal(HttpStatusCode.Unauthorized, (await sample.PostAsync("msg_3", now, body, Sign("msg_4", now, body))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await sample.PostAsync("msg_3", now - 3_600, body, Sign("msg_3", now - 3_600, body))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await sample.PostAsync("msg_3", now, body, "")).Status);
    }

    [Theory]
    [InlineData("samples/chat-backend/aspnet/Program.cs")]
    [InlineData("samples/chat-backend/node/server.mjs")]
    public void A_backend_has_less_than_a_hundred_lines(string path) => Assert.InRange(File.ReadAllLines(Repository.PathOf(path)).Length, 1, 99);

    private static string Sign(string id, long time, byte[] body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(HookSecret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body]));

    /// <summary>A backend and a gateway that know each other, on ports that the system chose.</summary>
    private sealed class Sample : IAsyncDisposable
    {
        private readonly PortForward _api = new();
        private readonly HttpClient _http = new();
        private Process? _backend;
        private RunningGateway? _gateway;

        public static async Task<Sample> StartAsync(string kind)
        {
            var sample = new Sample();
            try
            {
                await sample.StartBackendAsync(kind);
                var yaml = await File.ReadAllTextAsync(Repository.PathOf("samples/chat-backend/wsprism.yaml"));
                sample._gateway = await RunningGateway.StartAsync(yaml
                    .Replace("http://127.0.0.1:5000", sample._http.BaseAddress!.ToString().TrimEnd('/'))
                    .Replace("${API_KEY}", ApiKey)
                    .Replace("${HOOK_SECRET}", "whsec_" + Convert.ToBase64String(HookSecret)));
                sample._api.Target = sample._gateway.Admin;
                return sample;
            }
            catch (Exception)
            {
                await sample.DisposeAsync();
                throw;
            }
        }

        /// <summary>Logs in at the backend and connects to the gateway.</summary>
        public async Task<Client> ConnectAsync(string user)
        {
            using var response = await _http.PostAsJsonAsync("/login", new { user });
            var ticket = (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString();
            var client = new Client();
            await client.ConnectAsync(new Uri($"ws://{_gateway!.Clients}/v1/ws?tenant=chat&ticket={ticket}"));
            return client;
        }

        public async Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(string id, long time, byte[] body, string signatures)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/messages") { Content = new ByteArrayContent(body) };
            request.Headers.Add("Webhook-Id", id);
            request.Headers.Add("Webhook-Timestamp", $"{time}");
            request.Headers.Add("Webhook-Signature", signatures);
            using var response = await _http.SendAsync(request);
            return (response.StatusCode, response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : default);
        }

        public async ValueTask DisposeAsync()
        {
            if (_gateway is not null)
                await _gateway.DisposeAsync();
            if (_backend is not null)
            {
                _backend.Kill(entireProcessTree: true);
                await _backend.WaitForExitAsync();
                _backend.Dispose();
            }

            _http.Dispose();
            _api.Dispose();
        }

        private async Task StartBackendAsync(string kind)
        {
            var start = kind == "node"
                ? Programs.Of("node", Repository.PathOf("samples/chat-backend/node/server.mjs"), "0")
                : Programs.Dotnet("chat-backend.dll", "--urls", "http://127.0.0.1:0");
            start.Environment["API_KEY"] = ApiKey;
            start.Environment["HOOK_SECRET"] = "whsec_" + Convert.ToBase64String(HookSecret);
            start.Environment["GATEWAY_API"] = $"http://{_api.Address}";
            try
            {
                _backend = Process.Start(start)!;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Assert.Skip($"There is no {start.FileName} on this machine.");
            }

            const string Ready = "chat backend at ";
            string? line;
            do
            {
                line = await _backend!.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System)
                    ?? throw new InvalidOperationException("The backend did not start: " + await _backend.StandardError.ReadToEndAsync());
            }
            while (!line.StartsWith(Ready, StringComparison.Ordinal));
            _http.BaseAddress = new Uri(line[Ready.Length..]);
            _backend.BeginErrorReadLine();
            _ = _backend.StandardOutput.ReadToEndAsync();
        }
    }

    private sealed class Client : IDisposable
    {
        private readonly ClientWebSocket _socket = new();
        private readonly byte[] _buffer = new byte[65_536];

        public Task ConnectAsync(Uri address) => _socket.ConnectAsync(address, CancellationToken.None);

        public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

        public async Task ReadUntilAsync(string text)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (true)
            {
                var message = await _socket.ReceiveAsync(_buffer, patience.Token);
                Assert.NotEqual(WebSocketMessageType.Close, message.MessageType);
                if (Encoding.UTF8.GetString(_buffer, 0, message.Count).Contains(text))
                    return;
            }
        }

        public void Dispose() => _socket.Dispose();
    }
}
