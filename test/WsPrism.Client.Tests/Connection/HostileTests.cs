using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Connection;

/// <summary>What scenarios cannot say of a hostile gateway.</summary>
public sealed class HostileTests
{
    private const string Greeting = FakeConnector.Greeting;

    // The platform's WebSocket takes such a frame as it comes; nothing is reserved for what is only announced.
    [Fact]
    public async Task A_frame_that_says_it_is_endless_ends_by_silence_and_takes_no_memory()
    {
        await using var gateway = new MockGateway();
        await using var client = Client(gateway);
        var ended = new TaskCompletionSource<StateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change => _ = change.State == ClientState.Reconnecting && ended.TrySetResult(change);
        var connecting = client.ConnectAsync(Patience.Token());
        var connection = await gateway.AcceptOneAsync();
        connection.IgnoresPings = true;
        await connection.TextAsync(Greeting);
        await connecting;

        await connection.RawAsync(Convert.FromHexString("817f7fffffffffffffff"));

        Assert.Equal("silence", (await ended.Task.WaitAsync(Patience.Token())).Reason!.Word);
    }

    [Fact]
    public async Task Random_bytes_after_the_handshake_end_the_connection_and_nothing_else()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 50; i++)
        {
            await using var gateway = new MockGateway();
            await using var client = Client(gateway);
            var connecting = client.ConnectAsync(Patience.Token());
            var connection = await gateway.AcceptOneAsync();
            await connection.TextAsync(Greeting);
            await connecting;
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            await connection.RawAsync(bytes);
            connection.Cut();

            await Patience.UntilAsync(() => client.State != ClientState.Open, () => "the end of the connection");
            Assert.Contains(client.State, new[] { ClientState.Reconnecting, ClientState.Closed });
        }
    }

    [Fact]
    public async Task Closing_takes_no_longer_than_the_gateway_may_be_silent()
    {
        await using var gateway = new MockGateway();
        var client = Client(gateway);
        var connecting = client.ConnectAsync(Patience.Token());
        var connection = await gateway.AcceptOneAsync();
        await connection.TextAsync(Greeting);
        await connecting;
        connection.Pause();
        await connection.PingAsync();
        await client.Ext.SendAsync("a", "b");

        await client.CloseAsync().WaitAsync(Patience.Token());

        Assert.Equal((ClientState.Closed, "client"), (client.State, client.CloseReason!.Word));
    }

    [Fact]
    public async Task A_handler_that_throws_is_told_and_stops_nothing()
    {
        var (client, transport, _) = await FakeConnector.OpenAsync();
        var failures = System.Threading.Channels.Channel.CreateUnbounded<Exception>();
        client.HandlerFailed += exception => failures.Writer.TryWrite(exception);
        using var first = client.Ext.On("a", null, _ => throw new InvalidOperationException("mine"));
        using var second = client.Hot.On((in Protocol.Hot.HotFrame _) => throw new InvalidOperationException("hot"));

        transport.Say("""{"svc":"a","type":"b"}""");
        transport.Say([1, 1, 0]);

        Assert.Equal("mine", (await failures.TakeAsync("the failure")).Message);
        Assert.Equal("hot", (await failures.TakeAsync("the failure")).Message);
        Assert.Equal(ClientState.Open, client.State);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_was_never_connected_is_closed_at_once_and_connects_no_more()
    {
        var client = new WsPrismClient(new ClientOptions("ws://127.0.0.1:9", "demo", "alice"));
        await client.CloseAsync();

        Assert.Equal(ClientState.Closed, client.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ConnectAsync());
    }

    [Fact]
    public async Task Giving_up_on_a_connect_closes_the_client()
    {
        await using var gateway = new MockGateway();
        var client = Client(gateway);
        using var giveUp = new CancellationTokenSource();
        var connecting = client.ConnectAsync(giveUp.Token);
        await gateway.AcceptOneAsync();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Patience.Token()));
        Assert.Equal(ClientState.Closed, client.State);
    }

    [Fact]
    public async Task After_so_many_attempts_it_gives_up()
    {
        await using var gateway = new MockGateway { Preflight = null };
        var client = new WsPrismClient(new ClientOptions(gateway.Url, "demo", "alice") { MaxAttempts = 2, ReconnectDelay = TimeSpan.Zero });
        var connecting = client.ConnectAsync(Patience.Token());
        (await gateway.Attempts.TakeAsync("the first")).Cut();
        (await gateway.Attempts.TakeAsync("the second")).Cut();

        var exception = await Assert.ThrowsAsync<WsPrismException>(() => connecting);

        Assert.Equal((ClientErrorCodes.Closed, "unreachable"), (exception.Code, exception.Reason!.Word));
    }

    private static WsPrismClient Client(MockGateway gateway) => new(new ClientOptions(gateway.Url, "demo", "alice")
    {
        PingInterval = TimeSpan.FromMilliseconds(50),
        PingTimeout = TimeSpan.FromMilliseconds(400),
        ReconnectDelay = TimeSpan.FromHours(1),
        MaxReconnectDelay = TimeSpan.FromHours(1),
        Random = () => 0.5,
    });
}
