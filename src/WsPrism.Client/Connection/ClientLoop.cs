using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.WebSockets;
using WsPrism.Client.Time;

namespace WsPrism.Client.Connection;

// Connects, and connects again, until the end. The loop owns the back-off and the session's keeper; its state is read by anybody and written by it alone.
[SuppressMessage("Reliability", "CA1001", Justification = "The source of the cancellation has no timer and no wait handle: there is nothing to give back.")]
internal sealed class ClientLoop
{
    private readonly ClientOptions _options;
    private readonly IConnector _connector;
    private readonly ClientCore _core;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<SessionInfo> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LiveConnection? _connection;
    private int _isBegun;
    private long _openSince;
    private int _deniedTickets;
    private volatile int _state;

    public ClientLoop(ClientOptions options, ClientCore core)
    {
        _options = options;
        _connector = options.Connector ?? new WebSocketConnector(options);
        _core = core;
        _backoff = new Backoff(options);
        core.Opened += OnOpened;
    }

    public event Action<StateChange>? StateChanged;

    public ClientState State => (ClientState)_state;

    public CloseReason? Reason { get; private set; }

    public async Task<SessionInfo> StartAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _isBegun, 1) != 0)
            throw new InvalidOperationException("A client connects once. Make another one.");

        Begin();
        try
        {
            await _opened.Task.OrCanceledAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await StopAsync().ConfigureAwait(false);
            throw;
        }

        return await _opened.Task.ConfigureAwait(false);
    }

    public Task StopAsync()
    {
        Stop();
        if (Interlocked.Exchange(ref _isBegun, 1) == 0)
            End(CloseReason.ByClient);

        return _ended.Task;
    }

    // The loop lives longer than the call that begins it: it is not on that caller's thread or synchronization context, which may be waiting for it, and keeps nothing of what
    // flows along with the call, a request's activity for example.
    private void Begin()
    {
        _core.Queue.Start();
        _state = (int)ClientState.Connecting;
        var isSuppressed = ExecutionContext.IsFlowSuppressed();
        var flow = isSuppressed ? default : ExecutionContext.SuppressFlow();
        _ = Task.Run(RunAsync);
        if (!isSuppressed)
            flow.Undo();
    }

    private void Stop()
    {
        _core.Queue.Close();
        _core.Requests.Close(() => Closed(CloseReason.ByClient));
        try
        {
            _stop.Cancel();
        }
        catch (AggregateException exception)
        {
            // What the application's ticket callback has registered there.
            _core.Failed(exception);
        }

        Volatile.Read(ref _connection)?.Close();
    }

    private async Task RunAsync()
    {
        CloseReason reason;
        try
        {
            reason = await ConnectAgainAndAgainAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nothing is known to come here; whatever does, nobody is left waiting.
            _core.Failed(exception);
            reason = new CloseReason(CloseCause.Lost, "lost", exception: exception);
        }

        End(_stop.IsCancellationRequested ? CloseReason.ByClient : reason);
    }

    private async Task<CloseReason> ConnectAgainAndAgainAsync()
    {
        Change(ClientState.Connecting, null, TimeSpan.Zero);
        while (true)
        {
            var reason = await ConnectOnceAsync().ConfigureAwait(false);
            if (_stop.IsCancellationRequested || !TryGoOn(reason, out var delay))
                return reason;

            Change(_core.Session.Info is null ? ClientState.Connecting : ClientState.Reconnecting, reason, delay);
            try
            {
                await _options.Time.DelayAsync(delay, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return reason;
            }
        }
    }

    private bool TryGoOn(CloseReason reason, out TimeSpan delay)
    {
        delay = default;
        if (_openSince != 0 && _options.Time.GetElapsedTime(_openSince) >= _options.StableAfter)
            _backoff.Reset();

        // One ticket may have ended on its way; two in a row that nobody wants are no accident.
        var advice = ReconnectPolicy.After(reason);
        if (advice == Advice.Stop || (advice == Advice.Ticket && (!_options.RenewsTickets || ++_deniedTickets > 1)))
            return false;

        if (_openSince == 0 && _backoff.Attempts + 1 >= _options.MaxAttempts)
            return false;

        delay = _backoff.Next(advice, reason.RetryAfter);
        return true;
    }

    private async Task<CloseReason> ConnectOnceAsync()
    {
        _openSince = 0;
        string ticket;
        try
        {
            ticket = await TicketAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return new CloseReason(CloseCause.Ticket, "ticket", exception: exception);
        }

        if (!GatewayAddress.IsTicket(ticket))
            return new CloseReason(CloseCause.Ticket, "ticket", exception: new FormatException("Not a ticket: 1 to 4,096 printable ASCII characters without spaces."));

        var asked = _core.Session.Point;
        var uri = GatewayAddress.ForSession(_options, ticket, asked);
        using var timeout = _options.Time.CancelAfter(_options.ConnectTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        ITransport transport;
        try
        {
            transport = await _connector.ConnectAsync(uri, ticket, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            return new CloseReason(CloseCause.Lost, "handshake_timeout", exception: exception);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or System.Net.Http.HttpRequestException)
        {
            return timeout.IsCancellationRequested
                ? new CloseReason(CloseCause.Lost, "handshake_timeout", exception: exception)
                : await WhyAsync(uri, ticket, exception).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The application's ConfigureSocket, as a rule.
            _core.Failed(exception);
            return new CloseReason(CloseCause.Lost, "unreachable", exception: exception);
        }

        return await LiveAsync(transport, asked).ConfigureAwait(false);
    }

    // Who closes the client need not wait for a callback that does not look at its cancellation.
    private async Task<string> TicketAsync()
    {
        var asking = _options.Tickets(_stop.Token).AsTask();
        try
        {
            await asking.OrCanceledAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!asking.IsCompleted)
        {
            _ = asking.ContinueWith(static late => late.Exception, default, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }

        return await asking.ConfigureAwait(false);
    }

    private async Task<CloseReason> LiveAsync(ITransport transport, ResumePoint? asked)
    {
        using var connection = new LiveConnection(_options, transport, _core, asked);
        Volatile.Write(ref _connection, connection);
        if (_stop.IsCancellationRequested)
            connection.Close();

        try
        {
            return await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _connection, null);
        }
    }

    // A failed upgrade tells little: the same address is asked without one.
    private async Task<CloseReason> WhyAsync(Uri uri, string ticket, Exception exception)
    {
        using var timeout = _options.Time.CancelAfter(_options.ConnectTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        var refusal = await _connector.AskAsync(uri, ticket, either.Token).ConfigureAwait(false);
        if (refusal is null)
            return new CloseReason(CloseCause.Lost, "unreachable", exception: exception);

        var code = refusal.Status == 426 ? null : refusal.Code;
        var word = refusal.Code ?? "http_" + refusal.Status.ToString(CultureInfo.InvariantCulture);
        return new CloseReason(CloseCause.Refused, word, refusal.Status, code, refusal.RetryAfter, exception);
    }

    private void OnOpened()
    {
        _openSince = Math.Max(1, _options.Time.GetTimestamp());
        _deniedTickets = 0;
        Change(ClientState.Open, null, TimeSpan.Zero);
        _opened.TrySetResult(_core.Session.Info!);
    }

    private void End(CloseReason reason)
    {
        if (State == ClientState.Closed)
            return;

        Reason = reason;
        _core.Queue.Close();
        _core.Requests.Close(() => Closed(reason));
        _opened.TrySetException(Closed(reason));

        // Nobody may be waiting for it.
        _ = _opened.Task.Exception;
        Change(ClientState.Closed, reason, TimeSpan.Zero);
        _ended.TrySetResult(true);
    }

    private static WsPrismException Closed(CloseReason reason) =>
        new(reason.ErrorCode ?? ClientErrorCodes.Closed, $"The client is closed: {reason.Word}.", reason.RetryAfter, reason: reason);

    private void Change(ClientState state, CloseReason? reason, TimeSpan delay)
    {
        _state = (int)state;
        StateChanged.Raise(new StateChange(state, reason, delay), _core.Failed);
    }
}
