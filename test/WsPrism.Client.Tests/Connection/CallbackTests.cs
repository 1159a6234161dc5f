using System.Threading.Channels;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Connection;

/// <summary>What the application gives the client to call may throw, hang or talk nonsense.</summary>
public sealed class CallbackTests
{
    [Fact]
    public async Task A_handler_of_the_clock_that_throws_is_told_and_the_connection_stays()
    {
        var (client, transport, _) = await FakeConnector.OpenAsync(pings: TimeSpan.FromHours(1));
        var failures = Failures(client);
        client.Clock.Updated += _ => throw new FormatException("mine");

        transport.Say("""{"v":1,"svc":"sys","type":"pong","data":{"client_time":1,"server_time_ms":1760000000000}}""");

        Assert.Equal("mine", (await failures.TakeAsync("the failure")).Message);
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = client.Ext.On("a", "b", _ => heard.TrySetResult());
        transport.Say("""{"svc":"a","type":"b"}""");
        await heard.Task.WaitAsync(Patience.Token());
        Assert.Equal(ClientState.Open, client.State);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Socket_options_that_throw_are_told_and_the_next_attempt_may_go_well()
    {
        await using var gateway = new MockGateway();
        var attempts = 0;
        await using var client = new WsPrismClient(new ClientOptions(gateway.Url, "demo", "alice")
        {
            ReconnectDelay = TimeSpan.Zero,
            ConfigureSocket = _ =>
            {
                if (Interlocked.Increment(ref attempts) == 1)
                    throw new FormatException("mine");
            },
        });
        var failures = Failures(client);

        var connecting = client.ConnectAsync(Patience.Token());

        Assert.Equal("mine", (await failures.TakeAsync("the failure")).Message);
        await (await gateway.AcceptOneAsync()).TextAsync(FakeConnector.Greeting);
        await connecting;
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task A_ticket_that_never_comes_does_not_hold_up_the_end()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<string>();
        var client = new WsPrismClient(new ClientOptions("ws://gateway", "demo", _ =>
        {
            asked.TrySetResult();
            return new ValueTask<string>(never.Task);
        }));
        var connecting = client.ConnectAsync(Patience.Token());
        await asked.Task.WaitAsync(Patience.Token());

        await client.CloseAsync().WaitAsync(Patience.Token());

        Assert.Equal(ClientErrorCodes.Closed, (await Assert.ThrowsAsync<WsPrismException>(() => connecting)).Code);
        Assert.Equal("client", client.CloseReason!.Word);
    }

    [Fact]
    public async Task A_source_of_randomness_that_gives_no_number_ends_no_client()
    {
        await using var gateway = new MockGateway { Preflight = null };
        await using var client = new WsPrismClient(new ClientOptions(gateway.Url, "demo", "alice") { ReconnectDelay = TimeSpan.FromMilliseconds(1), Random = () => double.NaN });
        var connecting = client.ConnectAsync(Patience.Token());
        (await gateway.Attempts.TakeAsync("the first")).Cut();

        await (await gateway.AcceptOneAsync()).TextAsync(FakeConnector.Greeting);

        await connecting;
    }

    [Fact]
    public async Task Whoever_throws_at_an_event_keeps_no_other_from_hearing_it()
    {
        var (client, transport, connector) = await FakeConnector.OpenAsync(pings: TimeSpan.FromHours(1));
        var heard = Channel.CreateUnbounded<string>();
        client.HandlerFailed += _ => throw new FormatException("even this");
        client.HandlerFailed += exception => heard.Writer.TryWrite(exception.Message);
        client.MalformedReceived += () => throw new FormatException("malformed");
        client.MalformedReceived += () => heard.Writer.TryWrite("heard malformed");
        client.Clock.Updated += _ => throw new FormatException("clock");
        client.Clock.Updated += _ => heard.Writer.TryWrite("heard clock");
        client.Rooms.Left += _ => throw new FormatException("left");
        client.Rooms.Left += _ => heard.Writer.TryWrite("heard left");
        client.SessionRestored += _ => throw new FormatException("restored");
        client.SessionRestored += _ => heard.Writer.TryWrite("heard restored");

        transport.Say("garbage");
        transport.Say("""{"v":1,"svc":"sys","type":"pong","data":{"client_time":1,"server_time_ms":1760000000000}}""");
        transport.Say("""{"v":1,"svc":"sys","type":"left","room":"lobby","data":{}}""");
        foreach (var what in (string[])["malformed", "clock", "left"])
            Assert.Equal((what, "heard " + what), (await heard.TakeAsync("a failure"), await heard.TakeAsync("the event")));

        client.StateChanged += _ => throw new FormatException("state");
        client.StateChanged += change => heard.Writer.TryWrite($"heard {change.State}");
        transport.Abort();
        Assert.Equal(("state", "heard Reconnecting"), (await heard.TakeAsync("a failure"), await heard.TakeAsync("the event")));

        var (next, _) = await connector.Made.TakeAsync("the next connection");
        next.Say(FakeConnector.Resumed);
        Assert.Equal(("state", "heard Open"), (await heard.TakeAsync("a failure"), await heard.TakeAsync("the event")));
        Assert.Equal(("restored", "heard restored"), (await heard.TakeAsync("a failure"), await heard.TakeAsync("the event")));
        await client.DisposeAsync();
    }

    private static Channel<Exception> Failures(WsPrismClient client)
    {
        var failures = Channel.CreateUnbounded<Exception>();
        client.HandlerFailed += exception => failures.Writer.TryWrite(exception);
        return failures;
    }
}
