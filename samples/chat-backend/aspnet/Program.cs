// A chat backend as an ASP.NET Core minimal API: it never holds a socket. dotnet run [--urls http://127.0.0.1:5000]
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:5000");
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
var secret = Convert.FromBase64String(Environment.GetEnvironmentVariable("HOOK_SECRET")!.Replace("whsec_", ""));
var api = new HttpClient { BaseAddress = new Uri(Environment.GetEnvironmentVariable("GATEWAY_API") ?? "http://127.0.0.1:9090") };
api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("API_KEY"));
var rooms = new ConcurrentDictionary<string, List<Line>>(); // what was said in each room, the last 50
var answered = new Dictionary<string, (long Until, Task<JsonNode?> Answer)>();
var app = builder.Build();

// Who may have a ticket is the application's to say; here everybody who asks.
app.MapPost("/login", async (Login login) =>
    Results.Json(new { ticket = (await CallAsync("tickets", new { user = $"user:{login.User}" }))!["ticket"]!.GetValue<string>() }));

// What clients send to the service `talk`. The answer says what is to happen.
app.MapPost("/messages", (HttpRequest request) => SignedAsync(request, message =>
{
    var room = (string?)message["room"];
    if (room is null || (bool?)message["in_room"] is not true)
        return Task.FromResult<object?>(new { error = new { code = "NOT_IN_ROOM", msg = "Join the room first." } });
    var said = rooms.GetOrAdd(room, _ => []);
    lock (said)
    {
        if ((string?)message["type"] == "history")
            return Task.FromResult<object?>(new { reply = said.ToArray() });
        if ((string?)message["type"] != "say" || message["data"] is not JsonObject data || data["text"]?.GetValueKind() != JsonValueKind.String)
            return Task.FromResult<object?>(new { error = new { code = "BAD_REQUEST", msg = "talk has say and history." } });
        var line = new Line((string)message["user"]!, (string)data["text"]!);
        said.Add(line);
        said.RemoveRange(0, Math.Max(0, said.Count - 50));
        return Task.FromResult<object?>(new
        {
            reply = new { count = said.Count },
            publish = new[] { new { to = new { room }, message = new { svc = "talk", type = "said", data = line } } },
        });
    }
}));

// Somebody came into a room, and the room is told.
app.MapPost("/events", (HttpRequest request) => SignedAsync(request, async happened =>
{
    if ((string?)happened["event"] == "room_joined")
        await CallAsync($"rooms/{Uri.EscapeDataString((string)happened["room"]!)}/messages", new { svc = "talk", type = "came", data = new { user = (string)happened["user"]! } });
    return null;
}));

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"chat backend at {app.Urls.First()}"));
app.Run();

// The server API of the gateway.
async Task<JsonNode?> CallAsync(string path, object body)
{
    using var response = await api.PostAsJsonAsync($"/v1/tenants/chat/{path}", body);
    return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>();
}

// An id comes again where an answer was lost, or where somebody recorded the request: acted on once, answered alike, for as long as its time counts.
async Task<IResult> SignedAsync(HttpRequest request, Func<JsonNode, Task<object?>> act)
{
    using var read = new MemoryStream();
    await request.Body.CopyToAsync(read);
    var body = read.ToArray();
    var (id, time) = (request.Headers["Webhook-Id"].ToString(), request.Headers["Webhook-Timestamp"].ToString());
    var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
    if (!long.TryParse(time, out var sent) || Math.Abs(now - sent) > 300 || !IsSigned(id, time, body, request.Headers["Webhook-Signature"].ToString()))
        return Results.Unauthorized();
    Task<JsonNode?> answer;
    lock (answered)
    {
        foreach (var old in answered.Where(entry => entry.Value.Until < now || entry.Value.Answer.IsFaulted).ToArray())
            answered.Remove(old.Key); // One that failed may come again, too.
        if (!answered.TryGetValue(id, out var known))
            answered[id] = known = (now + 600, ActAsync());
        answer = known.Answer;
    }

    return await answer is { } json ? Results.Json(json) : Results.NoContent();

    async Task<JsonNode?> ActAsync() => JsonSerializer.SerializeToNode(await act(JsonNode.Parse(body)!), JsonSerializerOptions.Web);
}

// Standard Webhooks: the signature is over id, time and body.
bool IsSigned(string id, string time, byte[] body, string signatures)
{
    var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body]));
    return signatures.Split(' ').Any(given => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected)));
}

internal sealed record Login(string User);
internal sealed record Line(string From, string Text);
