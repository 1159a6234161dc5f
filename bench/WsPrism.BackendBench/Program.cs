// What the backend's door and plugins cost: publishes per CPU second of the gateway by API, by batch and over the link; what a webhook and an RPC round trip add to a
// bare HTTP call; and one small service, guess the number, as a plugin of every kind. dotnet run -c Release --project bench/WsPrism.BackendBench [-- seconds]. With
// "-- resume 10000" instead: so many sessions lose their connections and come back. Needs Linux and two cores: the gateway gets one, this program the other.
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WsPrism.BackendBench;

var seconds = args.Length > 0 && args[0] != "resume" ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using (var pin = Process.Start(new ProcessStartInfo("taskset", ["-a", "-p", "-c", "1", $"{Environment.ProcessId}"]) { RedirectStandardOutput = true })!)
{
    await pin.WaitForExitAsync();
}

if (args is ["resume", var sessions])
{
    return await ResumeStorm.RunAsync(int.Parse(sessions, CultureInfo.InvariantCulture));
}

// A backend that answers at once.
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
await using var backend = builder.Build();
backend.MapPost("/", async (HttpRequest request, HttpResponse response) =>
{
    await request.Body.CopyToAsync(Stream.Null);
    response.ContentType = "application/json";
    await response.Body.WriteAsync("""{"reply":1}"""u8.ToArray());
});
await backend.StartAsync();
var backendUrl = backend.Urls.First() + "/";

await using var gateway = await GatewayUnderLoad.StartAsync(core: 0, backendUrl);
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{gateway.Admin}/v1/tenants/bench/") };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", GatewayUnderLoad.Key);

// One receiver, which reads and forgets.
using var receiver = await ConnectAsync("load-receiver");
await receiver.SendAsync("""{"svc":"room","type":"join","room":"r"}""");
await receiver.ReadUntilAsync("\"joined\"");
_ = Task.Run(async () =>
{
    while (true)
    {
        await receiver.ReadAsync();
    }
});

Console.WriteLine("| publishing an envelope of 100 bytes to a room of one | thousand a second | thousand per gateway CPU second |");
Console.WriteLine("| --- | --- | --- |");
const string Message = """{"svc":"a","type":"b","data":"0123456789012345678901234567890123456789012345"}""";
await RunAsync("API, one request each, 32 connections", 32, 1, async _ => await PostAsync("rooms/r/messages", Message));
var batch = "[" + string.Join(',', Enumerable.Repeat($$$"""{"to":{"room":"r"},"message":{{{Message}}}}""", 100)) + "]";
await RunAsync("API, batches of 100, 4 connections", 4, 100, async _ => await PostAsync("batch", batch));
using (var link = await ConnectLinkAsync())
{
    var items = Items(100);
    await RunAsync("backend link, 100 in a message", 1, 100, async _ => await link.SendAsync(items), () => SyncAsync(link));
    var one = Items(1);
    await RunAsync("backend link, one in a message", 1, 1, async _ => await link.SendAsync(one), () => SyncAsync(link));
}

Console.WriteLine();
Console.WriteLine("| round trip, one at a time | p50 µs | p99 µs | gateway CPU µs each |");
Console.WriteLine("| --- | --- | --- | --- |");
using var bare = new HttpClient(new SocketsHttpHandler { UseProxy = false });
await TripAsync("bare HTTP call to the backend", async () =>
{
    using var answer = await bare.PostAsync(backendUrl, new ByteArrayContent("""{"svc":"hook","type":"t"}"""u8.ToArray()));
    await answer.Content.ReadAsByteArrayAsync();
});
using var client = await ConnectAsync("load-client");
await client.ReadUntilAsync("\"budget\"");
await client.ReadUntilAsync("\"budget\"");
await TripAsync("sys.ping to the gateway", async () =>
{
    await client.SendAsync("""{"svc":"sys","type":"ping"}""");
    await client.ReadUntilAsync("pong");
});
await TripAsync("message to a built-in service (room.list)", () => AskAsync("room", "list"));
await TripAsync("message to a native plugin (guess)", () => AskAsync("native", "start"));
await TripAsync("message to a module (guess)", () => AskAsync("module", "start"));
await TripAsync("message to a script (guess)", () => AskAsync("script", "start"));
await TripAsync("message to a webhook service", () => AskAsync("hook"));
using var worker = await ConnectLinkAsync();
await worker.SendAsync("""{"op":"credit","requests":1000}""");
var serving = Task.Run(async () =>
{
    while (true)
    {
        using var request = JsonDocument.Parse(await worker.ReadUntilAsync("\"request\""));
        await worker.SendAsync($$$"""{"op":"answer","id":{{{request.RootElement.GetProperty("id")}}},"credit":1,"answer":{"reply":1}}""");
    }
});
while (!await TryAskAsync("work"))
{
    // The gateway has yet to hear of the worker's credit.
}

await TripAsync("message to an RPC worker", () => AskAsync("work"));

// By kind: what one message more costs the gateway, when many are under way. A kind is a row: the tenant, and a message that is answered.
Console.WriteLine();
Console.WriteLine("| message and answer, 8 clients with 16 each under way | thousand a second | thousand per gateway CPU second | bytes allocated by the gateway, each |");
Console.WriteLine("| --- | --- | --- | --- |");
await FloodAsync("built in: room.list", "bench", "room", "list");
await FloodAsync("the same through a filter (mask)", "filtered", "room", "list");
await FloodAsync("native: guess", "bench", "native", "start");
await FloodAsync("wasm: guess", "bench", "module", "start");
await FloodAsync("script: guess", "bench", "script", "start");
await FloodAsync("webhook", "bench", "hook", "t");
await FloodAsync("rpc", "bench", "work", "t");
return 0;

async Task FloodAsync(string name, string tenant, string service, string type)
{
    var clients = new List<Socket>();
    for (var i = 0; i < 8; i++)
    {
        clients.Add(await Socket.ConnectAsync($"ws://{gateway.Clients}/v1/ws?tenant={tenant}&ticket=load-flood-{i}"));
        await clients[i].ReadUntilAsync("\"budget\"");
        await clients[i].ReadUntilAsync("\"budget\"");
    }

    await RunAsync(name, clients.Count, 16, async lane =>
    {
        for (var i = 0; i < 16; i++)
        {
            await clients[lane].SendAsync($$"""{"svc":"{{service}}","type":"{{type}}","data":{"msg":"hello everybody"},"id":"{{Guid.NewGuid():N}}"}""");
        }

        for (var i = 0; i < 16; i++)
        {
            await clients[lane].ReadUntilAsync("\"ack\"");
        }
    }, allocated: gateway.ReadAllocatedBytesAsync);
    clients.ForEach(socket => socket.Dispose());
}

async Task<bool> TryAskAsync(string service, string type = "t")
{
    await client.SendAsync($$"""{"svc":"{{service}}","type":"{{type}}","id":"{{Guid.NewGuid()}}"}""");
    return (await client.ReadAsync()).Contains("\"ack\"", StringComparison.Ordinal);
}

async Task AskAsync(string service, string type = "t")
{
    if (!await TryAskAsync(service, type))
    {
        throw new InvalidOperationException($"{service} did not answer.");
    }
}

Task<Socket> ConnectAsync(string ticket) => Socket.ConnectAsync($"ws://{gateway.Clients}/v1/ws?tenant=bench&ticket={ticket}");

async Task<Socket> ConnectLinkAsync()
{
    var link = await Socket.ConnectAsync($"ws://{gateway.Admin}/v1/backend?tenant=bench&services=work", GatewayUnderLoad.Key);
    await link.ReadUntilAsync("\"hello\"");
    return link;
}

// What comes back when everything before it was published.
async Task SyncAsync(Socket link)
{
    await link.SendAsync("""{"op":"publish","to":{"room":"nobody"},"message":{"svc":"a","type":"b"},"id":1}""");
    await link.ReadUntilAsync("\"receipt\"");
}

async Task PostAsync(string path, string body)
{
    using var content = new StringContent(body, Encoding.UTF8, "application/json");
    using var answer = await http.PostAsync(path, content);
    var text = await answer.Content.ReadAsStringAsync();
    if (!answer.IsSuccessStatusCode)
    {
        throw new InvalidOperationException(text);
    }
}

// docs/backend-link.md: [u32 length][op 2: envelope][target 1: room][name length][0][receipt][except][name][svc][type][data]
byte[] Items(int count)
{
    byte[] body = [1, (byte)'a', 1, (byte)'b', .. "\"0123456789012345678901234567890123456789012345\""u8];
    var item = new byte[4 + 12 + 1 + body.Length];
    BinaryPrimitives.WriteInt32LittleEndian(item, item.Length - 4);
    (item[4], item[5], item[6], item[16]) = (2, 1, 1, (byte)'r');
    body.CopyTo(item, 17);
    return [.. Enumerable.Repeat(item, count).SelectMany(bytes => bytes)];
}

async Task RunAsync(string name, int lanes, int messages, Func<int, Task> act, Func<Task>? sync = null, Func<Task<double>>? allocated = null)
{
    await MeasureAsync(1);
    var before = allocated is null ? 0 : await allocated();
    var (count, elapsed, cpu) = await MeasureAsync(seconds);
    var bytes = allocated is null ? string.Empty : $" {(await allocated() - before) / count:#,0} |";
    Console.WriteLine($"| {name} | {count / elapsed / 1_000:0.0} | {count / cpu / 1_000:0.0} |{bytes}");

    async Task<(long Count, double Elapsed, double Cpu)> MeasureAsync(double time)
    {
        var (done, cpuBefore, started) = (0L, gateway.CpuSeconds, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(async lane =>
        {
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < time)
            {
                await act(lane);
                Interlocked.Add(ref done, messages);
            }
        }));
        if (sync is not null)
        {
            await sync();
        }

        return (done, Stopwatch.GetElapsedTime(started).TotalSeconds, gateway.CpuSeconds - cpuBefore);
    }
}

async Task TripAsync(string name, Func<Task> act)
{
    for (var i = 0; i < 2_000; i++)
    {
        await act();
    }

    var times = new List<double>();
    var (cpu, started) = (gateway.CpuSeconds, Stopwatch.GetTimestamp());
    while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
    {
        var one = Stopwatch.GetTimestamp();
        await act();
        times.Add(Stopwatch.GetElapsedTime(one).TotalMicroseconds);
    }

    cpu = gateway.CpuSeconds - cpu;
    times.Sort();
    Console.WriteLine($"| {name} | {times[times.Count / 2]:0} | {times[times.Count * 99 / 100]:0} | {cpu / times.Count * 1e6:0} |");
}
