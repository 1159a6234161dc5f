using WsPrism.Client.Ext;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Connection;

/// <summary>What the client owes to the thread, the context and the patience of whoever calls it.</summary>
public sealed class CallerTests
{
    // As the main thread of Unity, or of a window: what is posted to it runs when it has nothing else to do.
    [Fact]
    public void A_thread_with_a_context_may_wait_for_all_that_the_client_does()
    {
        var connector = new FakeConnector();
        var client = new WsPrismClient(new ClientOptions("ws://gateway", "demo", "alice") { Connector = connector, PingInterval = TimeSpan.Zero });
        var context = new NeverRunning();
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            try
            {
                var connecting = client.ConnectAsync(Patience.Token());
                var (transport, _) = WaitFor(connector.Made.Reader.ReadAsync(Patience.Token()).AsTask());
                transport.Sent = (_, _) => transport.Say("""{"v":1,"svc":"sys","type":"ack","id":1}""");
                transport.Say(FakeConnector.Greeting);
                WaitFor(connecting);
                WaitFor(client.Ext.RequestAsync("a", "b"));
                WaitFor(client.CloseAsync());
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();

        Assert.Null(failure);
        Assert.Equal(0, context.Posted);
    }

    [Fact]
    public async Task What_flows_along_with_the_call_that_connects_does_not_stay_with_the_client()
    {
        var flowing = new AsyncLocal<string?> { Value = "a request's activity" };
        var (client, transport, _) = await FakeConnector.OpenAsync();
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = client.Ext.On("a", "b", _ => seen.TrySetResult(flowing.Value));

        transport.Say("""{"svc":"a","type":"b"}""");

        Assert.Null(await seen.Task.WaitAsync(Patience.Token()));
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_closes_a_client_that_begins_to_connect_waits_for_its_end()
    {
        var client = new WsPrismClient(new ClientOptions("ws://gateway", "demo", "alice") { Connector = new FakeConnector() });
        var closed = new TaskCompletionSource<ClientState>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.State == ClientState.Connecting)
                _ = CloseAsync();
        };

        var connecting = client.ConnectAsync(Patience.Token());

        Assert.Equal(ClientState.Closed, await closed.Task.WaitAsync(Patience.Token()));
        await Assert.ThrowsAsync<WsPrismException>(() => connecting);

        async Task CloseAsync()
        {
            await client.CloseAsync();
            closed.TrySetResult(client.State);
        }
    }

    [Fact]
    public void Options_that_no_client_can_keep_are_refused_at_once()
    {
        foreach (var options in (Func<ClientOptions, ClientOptions>[])[
            given => new ClientOptions(given) { RequestTimeout = TimeSpan.MaxValue },
            given => new ClientOptions(given) { ConnectTimeout = TimeSpan.FromSeconds(-2) },
            given => new ClientOptions(given) { PingTimeout = TimeSpan.MaxValue },
            given => new ClientOptions(given) { PingInterval = TimeSpan.MaxValue },
            given => new ClientOptions(given) { MaxReconnectDelay = TimeSpan.MaxValue },
            given => new ClientOptions(given) { SendQueueBytes = 0 },
            given => new ClientOptions(given) { MaxMessageBytes = -1 }])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new WsPrismClient(options(new ClientOptions("ws://gateway", "demo", "alice"))));
        }

        Assert.NotNull(new WsPrismClient(new ClientOptions("ws://gateway", "demo", "alice") { RequestTimeout = Timeout.InfiniteTimeSpan }));
    }

    // A timer that cannot be made would leave what was sent without an end.
    [Fact]
    public async Task A_time_out_that_no_timer_can_keep_is_refused_before_anything_is_sent()
    {
        var (client, transport, _) = await FakeConnector.OpenAsync();
        var sent = 0;
        transport.Sent = (_, _) => Interlocked.Increment(ref sent);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Ext.RequestAsync("a", "b", options: new RequestOptions { Timeout = TimeSpan.MaxValue }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Hot.SendAcknowledgedAsync(1, 1, new byte[1], timeout: TimeSpan.MaxValue));

        Assert.Equal((0, 0L), (client.Figures.PendingRequests, client.Hot.Figures.Sent));
        await client.DisposeAsync();
        Assert.Equal(0, sent);
    }

#pragma warning disable xUnit1031, VSTHRD002 // Waiting is what is tested.
    private static void WaitFor(Task task) => Assert.True(task.Wait(Patience.Limit));

    private static T WaitFor<T>(Task<T> task)
    {
        WaitFor((Task)task);
        return task.Result;
    }
#pragma warning restore xUnit1031, VSTHRD002

    private sealed class NeverRunning : SynchronizationContext
    {
        private int _posted;

        public int Posted => Volatile.Read(ref _posted);

        public override void Post(SendOrPostCallback d, object? state) => Interlocked.Increment(ref _posted);

        public override void Send(SendOrPostCallback d, object? state) => throw new InvalidOperationException("Nobody sends here.");
    }
}
