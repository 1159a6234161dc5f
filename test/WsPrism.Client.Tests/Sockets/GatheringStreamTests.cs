using System.Net.WebSockets;
using WsPrism.Client.Connection;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Sockets;

public sealed class GatheringStreamTests : IDisposable
{
    private readonly Connection _connection;
    private readonly GatheringStream _stream;

    public GatheringStreamTests() => _stream = new GatheringStream(_connection = new Connection());

    public void Dispose() => _stream.Dispose();

    [Fact]
    public async Task What_is_held_back_goes_with_the_last_in_one_write()
    {
        _stream.HoldBack(true);
        await WriteAsync(1, 10);
        await WriteAsync(2, 20);
        Assert.Empty(_connection.Writes);

        _stream.HoldBack(false);
        await WriteAsync(3, 30);
        await WriteAsync(4, 40);

        Assert.Equal([60, 40], _connection.Writes);
        Assert.Equal(Bytes((1, 10), (2, 20), (3, 30), (4, 40)), _connection.ToArray());
    }

    [Fact]
    public async Task More_than_is_held_back_at_most_goes_in_turn()
    {
        _stream.HoldBack(true);
        await WriteAsync(1, 16_000);
        await WriteAsync(2, 1_000);
        await WriteAsync(3, 40_000);
        await WriteAsync(4, 10);
        _stream.HoldBack(false);
        await WriteAsync(5, 20_000);

        Assert.Equal([16_000, 1_000, 40_000, 10, 20_000], _connection.Writes);
        Assert.Equal(Bytes((1, 16_000), (2, 1_000), (3, 40_000), (4, 10), (5, 20_000)), _connection.ToArray());
    }

    // A WebSocket may flush what it wrote.
    [Fact]
    public async Task A_flush_of_what_is_held_back_flushes_nothing()
    {
        _stream.HoldBack(true);
        await WriteAsync(1, 10);

        await _stream.FlushAsync(Patience.Token());

        Assert.Equal((0, 0), (_connection.Writes.Count, _connection.Flushes));
    }

    // Else the client would work all the same, and take a system call for each message.
    [Fact]
    public async Task The_platforms_WebSocket_writes_to_it()
    {
        await using var gateway = new MockGateway();
        using var socket = new ClientWebSocket();
        using var handler = new GatheringHandler();
        using var invoker = new HttpMessageInvoker(handler);
        socket.Options.AddSubProtocol("wsprism.v1");
        var connecting = socket.ConnectAsync(new Uri(gateway.Url), invoker, Patience.Token());
        var connection = await gateway.AcceptOneAsync();
        await connecting;

        var stream = handler.Stream!;
        stream.HoldBack(true);
        await socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, true, Patience.Token());
        var kept = stream.Kept;
        stream.HoldBack(false);
        await socket.SendAsync(new byte[] { 2 }, WebSocketMessageType.Binary, true, Patience.Token());

        // The header of two bytes, the mask of four, and the one.
        Assert.Equal((7, 0), (kept, stream.Kept));
        Assert.Equal([1], (await connection.Heard.TakeAsync("the first")).Bytes);
        Assert.Equal([2], (await connection.Heard.TakeAsync("the second")).Bytes);
    }

    private ValueTask WriteAsync(byte value, int length) => _stream.WriteAsync(Bytes((value, length)), Patience.Token());

    private static byte[] Bytes(params (byte Value, int Length)[] parts) => [.. parts.SelectMany(part => Enumerable.Repeat(part.Value, part.Length))];

    private sealed class Connection : MemoryStream
    {
        public List<int> Writes { get; } = [];

        public int Flushes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes.Add(buffer.Length);
            return base.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushes++;
            return Task.CompletedTask;
        }
    }
}
