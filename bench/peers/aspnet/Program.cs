// A bare room server on ASP.NET Core's WebSockets: aspnet-peer PORT. Path /ws?room=NAME, greeted with "hi"; a message that begins with E or byte 250 goes
// back to its sender, all others go to every member of the room. Each client has a bounded channel and a task that writes it out; what does
// not fit into the channel of a slow client is lost to it. No authentication, no policy.
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using WsPrism.Peers.AspNet;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture)));
var app = builder.Build();
var rooms = new ConcurrentDictionary<string, Room>();

app.UseWebSockets();
app.Map("/ws", async context =>
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return;
    }

    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    var room = rooms.GetOrAdd(context.Request.Query["room"].ToString(), _ => new Room());
    await new Client(socket, room).RunAsync(context.RequestAborted);
});
await app.RunAsync();
