using System.Threading.Channels;
using WsPrism.Client.Connection;

namespace WsPrism.Client.Tests.Support;

/// <summary>Connections in memory, each of which a test can have.</summary>
internal sealed class FakeConnector : IConnector
{
    public Channel<(FakeTransport Transport, Uri Uri)> Made { get; } = Channel.CreateUnbounded<(FakeTransport, Uri)>();

    public Task<ITransport> ConnectAsync(Uri uri, string ticket, CancellationToken cancellation)
    {
        var transport = new FakeTransport();
        Made.Writer.TryWrite((transport, uri));
        return Task.FromResult<ITransport>(transport);
    }

    public Task<Refusal?> AskAsync(Uri uri, string ticket, CancellationToken cancellation) => Task.FromResult<Refusal?>(null);

    /// <summary>A client that is connected in memory.</summary>
    public static async Task<(WsPrismClient Client, FakeTransport Transport, FakeConnector Connector)> OpenAsync(
        TimeProvider? time = null, string greeting = Greeting, TimeSpan pings = default, TimeSpan? requestTimeout = null)
    {
        var connector = new FakeConnector();
        var client = new WsPrismClient(new ClientOptions("ws://gateway", "demo", "alice")
        {
            Connector = connector,
            PingInterval = pings,
            RequestTimeout = requestTimeout ?? TimeSpan.FromSeconds(15),
            ReconnectDelay = TimeSpan.Zero,
            Time = time ?? TimeProvider.System,
        });
        var opening = client.ConnectAsync(Patience.Token());
        var (transport, _) = await connector.Made.TakeAsync("a connection");
        transport.Say(greeting);
        await opening;
        return (client, transport, connector);
    }

    public const string Greeting = """{"v":1,"svc":"sys","type":"authed","data":{"tenant":"demo","user":"user:alice","session":"S1","handle":17,"max_frame_bytes":65536,"resume":{"token":"T1","window_ms":30000}}}""";

    public const string Resumed = """{"v":1,"svc":"sys","type":"resumed","data":{"session":"S1","position":0,"replayed":0,"handle":17,"max_frame_bytes":65536,"resume":{"token":"T2","window_ms":30000}}}""";
}
