#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false

// The backend of starter-name: lets users in, decides on what they say, and serves the page. It holds no socket. Start it with: dotnet run backend.cs
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileProviders;

const string tenant = "starter-tenant";
var folder = AppContext.GetData("EntryPointFileDirectoryPath") as string ?? Environment.CurrentDirectory;
var port = Environment.GetEnvironmentVariable("PORT") ?? "3000";
var gateway = Environment.GetEnvironmentVariable("GATEWAY_URL") ?? "ws://127.0.0.1:8080/v1/ws"; // where pages connect
var apiUrl = Environment.GetEnvironmentVariable("GATEWAY_API") ?? "http://127.0.0.1:9090"; // where this program calls
var api = new HttpClient { BaseAddress = new Uri(apiUrl), Timeout = TimeSpan.FromSeconds(5) };
api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secret("api-key"));
var hookKey = Convert.FromBase64String(Secret("hook-secret").Replace("whsec_", ""));
var answers = new ConcurrentDictionary<string, (DateTimeOffset Since, Lazy<Task<object?>> Answer)>();

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();
app.UseFileServer(new FileServerOptions { FileProvider = new PhysicalFileProvider(Path.Combine(folder, "page")) });

// POST /login {"name":"ann"}: who may come in is yours to say. Check a password or a cookie; here everybody may who has a name.
app.MapPost("/login", async (JsonObject body) =>
{
    var user = body["name"]?.ToString().Trim() ?? "";
    if (!Regex.IsMatch(user, @"^[\p{L}\p{N}_-]{1,20}\z"))
        return Results.Json(new { error = "A name has 1 to 20 letters and digits." }, statusCode: 400);
    try
    {
        return Results.Json(new { ticket = (string?)(await CallAsync("tickets", new { user }))!["ticket"], tenant, gateway });
    }
    catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
    {
        Console.Error.WriteLine($"POST /login {exception.Message}");
        return Results.Json(new { error = "That did not work. Does the gateway run, in this folder? The backend's log says more." }, statusCode: 500);
    }
});

// POST /talk: a message from a client to the service `talk`. The answer says what is to happen; see docs/webhooks.md of wsPrism.
app.MapPost("/talk", (HttpRequest request) => SignedAsync(request, message =>
{
    var text = message["data"] is JsonObject data && data["text"]?.GetValueKind() == JsonValueKind.String ? ((string)data["text"]!).Trim() : "";
    return Task.FromResult<object?>(((string?)message["type"], (bool)message["in_room"]!, text.Length) switch
    {
        (_, false, _) => Refuse("NOT_IN_ROOM", "Join the room first."),
        ("say", _, >= 1 and <= 200) => new { publish = new[] { new { to = new { room = message["room"] }, message = new { type = "said", data = new { from = message["user"], text } } } } },
        ("say", _, _) => Refuse("BAD_REQUEST", $"Say something of 1 to 200 characters; these are {text.Length}."),
        var (type, _, _) => Refuse("BAD_REQUEST", $"talk has no {type}."),
    });
}));

// POST /events: something has happened at the gateway. And this is how to publish at any time: by the server API.
app.MapPost("/events", (HttpRequest request) => SignedAsync(request, async happened =>
{
    if ((string?)happened["event"] == "room_joined")
        await CallAsync($"rooms/{Uri.EscapeDataString((string)happened["room"]!)}/messages", new { svc = "talk", type = "came", data = new { user = happened["user"] } });
    return null;
}));

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"starter-name is at {app.Urls.First()}/"));
app.Run();

string Secret(string name) => File.ReadAllText(Path.Combine(folder, "secrets", name)).Trim();

object Refuse(string code, string msg) => new { error = new { code, msg } };

async Task<JsonNode?> CallAsync(string path, object body)
{
    using var response = await api.PostAsJsonAsync($"/v1/tenants/{tenant}/{path}", body);
    return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>();
}

// Anybody can post to a URL: the signature is over id, time and body (Standard Webhooks), and what is older than five minutes does not count.
// An id that comes again, because the answer was lost, is acted on once and answered alike.
async Task<IResult> SignedAsync(HttpRequest request, Func<JsonNode, Task<object?>> act)
{
    using var read = new MemoryStream();
    await request.Body.CopyToAsync(read);
    var body = read.ToArray();
    string Header(string name) => request.Headers[name].ToString();
    var (id, now) = (Header("Webhook-Id"), TimeProvider.System.GetUtcNow());
    var ours = "v1," + Convert.ToBase64String(HMACSHA256.HashData(hookKey, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{Header("Webhook-Timestamp")}."), .. body]));
    if (!long.TryParse(Header("Webhook-Timestamp"), out var time) || Math.Abs(now.ToUnixTimeSeconds() - time) > 300
        || !Header("Webhook-Signature").Split(' ').Any(one => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(ours))))
        return Results.Unauthorized();
    foreach (var old in answers.Where(entry => now - entry.Value.Since > TimeSpan.FromMinutes(10) || (entry.Value.Answer.IsValueCreated && entry.Value.Answer.Value.IsFaulted)))
        answers.TryRemove(old);
    return await answers.GetOrAdd(id, _ => (now, new(() => act(JsonNode.Parse(body)!)))).Answer.Value is { } answer ? Results.Json(answer) : Results.NoContent();
}
