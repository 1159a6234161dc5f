using System.Net;
using System.Net.WebSockets;
using WsPrism.Edge.Tests.Support;

namespace WsPrism.Edge.Tests.Tls;

/// <summary>A whole session over TLS: RFC 6455 over HTTP/1.1 and RFC 8441 over HTTP/2.</summary>
public sealed class TlsSessionTests : IDisposable
{
    private const string NoLimit = "\nhandshake_limit: {enabled: false}";

    private readonly Certificates _certificates = new();

    public static TheoryData<string, string> Ways => new() { { "1.1", "pem" }, { "1.1", "pfx" }, { "2.0", "pem" }, { "2.0", "pfx" } };

    public static TheoryData<string> Versions => ["1.1", "2.0"];

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_session_joins_chats_echoes_and_closes(string version, string form)
    {
        await using var gateway = await GatewayRun.StartAsync(form == "pem" ? _certificates.Pem : _certificates.Pfx);
        using var wire = new Wire(gateway, Version.Parse(version), tls: true);
        using var alice = await Client.JoinAsync(wire, "alice");
        using var bob = await Client.JoinAsync(wire, "bob");

        await alice.SendAsync("""{"svc":"chat","type":"send","room":"lobby","data":{"msg":"hello"},"id":1}""");
        var message = await bob.ReceiveAsync("chat", "msg");
        byte[] frame = [250, 1, 0, .. "a hot frame"u8];
        await bob.SendAsync(frame);
        var echo = await bob.ReceiveHotAsync();
        await alice.CloseAsync();
        await gateway.Log.WaitForAsync("reason=client_closed");

        Assert.Equal("hello", message.GetProperty("data").GetProperty("msg").GetString());
        Assert.Equal(frame, echo);
        Assert.Equal("wsprism.v1", bob.Socket.SubProtocol);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, alice.Socket.CloseStatus);
        Assert.Contains("CN=Edge Intermediate", wire.Chain);
        Assert.Contains(gateway.Log.Lines, line => line == $"wsPrism gateway active at {gateway.Host.ClientAddress} (TLS)");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_gateway_closes_and_the_client_answers(string version)
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem);
        using var wire = new Wire(gateway, Version.Parse(version), tls: true);
        using var first = await Client.JoinAsync(wire, "alice");
        using var second = await Client.JoinAsync(wire, "alice");

        using var third = await Client.JoinAsync(wire, "alice");
        await first.ReceiveAsync("sys", "kicked");
        var close = await first.ReceiveCloseAsync();

        Assert.Equal(4408, close.Code);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_drain_tells_everybody_and_closes_with_1001(string version)
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem + "\ndrain_grace_ms: 50");
        using var wire = new Wire(gateway, Version.Parse(version), tls: true);
        using var alice = await Client.JoinAsync(wire, "alice");
        using var bob = await Client.JoinAsync(wire, "bob");

        var drain = gateway.Host.DrainAsync();
        await alice.ReceiveAsync("sys", "draining");
        await bob.ReceiveAsync("sys", "draining");
        var closes = await Task.WhenAll(alice.ReceiveCloseAsync(), bob.ReceiveCloseAsync());
        await drain.WaitAsync(Patience.Time);

        Assert.All(closes, close => Assert.Equal(1001, close.Code));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_client_that_vanishes_ends_its_session_alone(string version)
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem);
        using var wire = new Wire(gateway, Version.Parse(version), tls: true);
        using var alice = await Client.JoinAsync(wire, "alice");
        using var bob = await Client.JoinAsync(wire, "bob");

        alice.Socket.Abort();
        await gateway.Log.WaitForAsync("Session ended");
        await bob.SendAsync("""{"svc":"room","type":"members","room":"lobby","id":1}""");
        var members = await bob.ReceiveAsync("sys", "ack");

        Assert.Equal(1, members.GetProperty("data").GetProperty("count").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_message_of_many_records_comes_back_whole(string version)
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem);
        using var wire = new Wire(gateway, Version.Parse(version), tls: true);
        using var alice = await Client.JoinAsync(wire, "alice");
        byte[] frame = [250, 1, 0x20, .. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];

        await alice.SendAsync(frame);
        var first = await alice.ReceiveHotAsync();
        await alice.SendAsync(frame);
        var second = await alice.ReceiveHotAsync();

        Assert.Equal(frame, first);
        Assert.Equal(frame, second);
    }

    [Fact]
    public async Task Many_sessions_share_one_HTTP2_connection()
    {
        const int Count = 40;
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem + NoLimit);
        using var wire = new Wire(gateway, HttpVersion.Version20, tls: true);
        var clients = new List<Client>();
        for (var i = 0; i < Count; i++)
            clients.Add(await Client.JoinAsync(wire, $"load-{i}"));

        await Task.WhenAll(clients.Select((client, i) => client.SendAsync($$$"""{"svc":"chat","type":"send","room":"lobby","data":{"msg":"{{{i}}}"},"id":1}""")));
        var heard = await Task.WhenAll(clients.Select(async client =>
        {
            var messages = new HashSet<string>();
            while (messages.Count < Count)
                messages.Add((await client.ReceiveAsync("chat", "msg")).GetProperty("data").GetProperty("msg").GetString()!);
            return messages.Count;
        }));
        clients[0].Socket.Abort();
        await Task.WhenAll(clients.Skip(1).Select(client => client.CloseAsync()));
        await gateway.Log.WaitForAsync("Session ended", Count);
        clients.ForEach(client => client.Dispose());

        Assert.All(heard, count => Assert.Equal(Count, count));
        Assert.Equal(1, wire.Connections);
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_stops_no_other_on_its_connection()
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem + NoLimit);
        using var wire = new Wire(gateway, HttpVersion.Version20, tls: true);
        using var deaf = await Client.JoinAsync(wire, "alice");
        using var bob = await Client.JoinAsync(wire, "bob");
        byte[] frame = [250, 1, 0x20, .. new byte[100_000]];

        // Never received by alice: over its stream's window this waits in the gateway, until the write time-out ends it.
        for (var i = 0; i < 10; i++)
            await deaf.SendAsync(frame);
        await bob.SendAsync(frame);
        var echo = await bob.ReceiveHotAsync();

        Assert.Equal(frame, echo);
        Assert.Equal(1, wire.Connections);
    }
}
