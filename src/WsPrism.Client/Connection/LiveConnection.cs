using System.Globalization;
using System.Net.WebSockets;
using WsPrism.Client.Ext;
using WsPrism.Client.Time;
using WsPrism.Protocol;

namespace WsPrism.Client.Connection;

// One connection from its first frame to its last. The receive loop owns all state here; Close, Fail and the timers may call from anywhere and only tell it.
internal sealed class LiveConnection : IDisposable
{
    // How long a close may take until the connection is cut.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly ClientOptions _options;
    private readonly ITransport _transport;
    private readonly ClientCore _core;
    private readonly SendPump _pump;
    private readonly Pinger _pinger;
    private readonly ITimer _patience;
    private readonly ResumePoint? _asked;
    private Task _pumping = Task.CompletedTask;
    private CloseReason? _reason;
    private string? _lastError;
    private bool _isGreeted;

    public LiveConnection(ClientOptions options, ITransport transport, ClientCore core, ResumePoint? asked)
    {
        _asked = asked;
        _options = options;
        _transport = transport;
        _core = core;
        _pump = new SendPump(transport, core.Queue, core.HotLane.Continue);
        _pinger = new Pinger(options, core.Clock, core.Queue, () => Fail(new CloseReason(CloseCause.Lost, "silence")));
        _patience = options.Time.CreateTimer(
            static state => ((LiveConnection)state!).OnPatience(), this, options.ConnectTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Receives until the connection ends, and answers why.</summary>
    public async Task<CloseReason> RunAsync()
    {
        try
        {
            await ReceiveAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Of the platform, as a rule. Whatever else it is, the next connection begins anew, and the client is not left without a loop.
            if (exception is not (WebSocketException or IOException or InvalidOperationException or OperationCanceledException))
                _core.Failed(exception);
            Fail(BrokenFraming.Find(exception) ?? new CloseReason(CloseCause.Lost, "lost", 1006, _lastError, exception: exception));
        }

        _pinger.Dispose();
        _patience.Dispose();
        _pump.Stop();
        _transport.Abort();
        await _pumping.ConfigureAwait(false);
        _core.Queue.End();
        return _reason!;
    }

    /// <summary>Sends what waits, then the close frame.</summary>
    public void Close()
    {
        Interlocked.CompareExchange(ref _reason, CloseReason.ByClient, null);
        _patience.Change(CloseTimeout, Timeout.InfiniteTimeSpan);
        if (Volatile.Read(ref _isGreeted))
            _pump.Close();
        else
            _transport.Abort();
    }

    /// <summary>Cuts the connection. The first reason counts.</summary>
    public void Fail(CloseReason reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _transport.Abort();
    }

    public void Dispose()
    {
        _pinger.Dispose();
        _patience.Dispose();
        _transport.Dispose();
    }

    private async Task ReceiveAsync()
    {
        using var buffer = new ReceiveBuffer(_options.MaxMessageBytes);
        while (true)
        {
            var part = await _transport.ReceiveAsync(buffer.Rest()).ConfigureAwait(false);
            _pinger.Heard();
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await AnswerCloseAsync().ConfigureAwait(false);
                return;
            }

            buffer.Add(part.Count);
            if (buffer.IsTooLong)
            {
                await EndAsync(new CloseReason(CloseCause.TooLong, "too_long", CloseCode.MessageTooBig)).ConfigureAwait(false);
                return;
            }

            if (!part.EndOfMessage)
                continue;

            if (!TryTake(part.MessageType == WebSocketMessageType.Text, buffer.Message))
                return;

            buffer.Clear();
        }
    }

    // False where the connection is of no use.
    private bool TryTake(bool isText, ReadOnlySpan<byte> bytes)
    {
        if (_isGreeted)
        {
            if (isText)
                _core.Inbox.TakeText(bytes, _pinger, ref _lastError);
            else
                _core.HotInbox.Take(bytes);

            return true;
        }

        if (!isText || EnvelopeParser.Parse(bytes) is not { Svc: "sys" } message)
            return GiveUp();

        if (message.Type is not ("authed" or "resumed"))
        {
            // Why there will be no session.
            _core.Inbox.TakeSystem(message, _pinger, ref _lastError);
            return true;
        }

        return SessionKeeper.IsGreeting(message) && _core.TryGreet(message, _asked) ? Begin(message) : GiveUp();
    }

    private bool Begin(Message greeting)
    {
        Volatile.Write(ref _isGreeted, true);
        _patience.Change(Volatile.Read(ref _reason) is null ? Timeout.InfiniteTimeSpan : CloseTimeout, Timeout.InfiniteTimeSpan);
        _pumping = _pump.RunAsync();
        _pinger.Start();
        if (Volatile.Read(ref _reason) is not null)
        {
            // Close may have set it just before it was set to endless above.
            _patience.Change(CloseTimeout, Timeout.InfiniteTimeSpan);
            _pump.Close();
        }
        else
        {
            _core.Greeted(greeting);
        }

        return true;
    }

    // Whatever is at the other end, it keeps no session of ours.
    private bool GiveUp()
    {
        _core.Malformed();
        _core.Session.Forget();
        Fail(new CloseReason(CloseCause.Protocol, "protocol"));
        return false;
    }

    private async Task AnswerCloseAsync()
    {
        var (code, text) = (_transport.CloseCode, _transport.CloseText);
        var word = text.Length > 0 ? text : code.ToString(CultureInfo.InvariantCulture);
        Interlocked.CompareExchange(ref _reason, new CloseReason(CloseCause.ClosedByGateway, word, code, _lastError, ReconnectPolicy.WaitIn(text)), null);
        await TrySendCloseAsync(code is 1005 ? CloseCode.Normal : code).ConfigureAwait(false);
    }

    private async Task EndAsync(CloseReason reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        await TrySendCloseAsync(reason.Code).ConfigureAwait(false);
    }

    private async Task TrySendCloseAsync(int code)
    {
        // Somebody who reads nothing must not hold the loop by the close frame.
        _patience.Change(CloseTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            // The pump may be in the middle of a message; then the connection is simply cut.
            _pump.Stop();
            if (_pumping.IsCompleted || await Task.WhenAny(_pumping, _options.Time.DelayAsync(TimeSpan.FromSeconds(1), default)).ConfigureAwait(false) == _pumping)
                await _transport.CloseAsync(code, string.Empty).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Nobody is there to hear it.
        }
    }

    private void OnPatience() => Fail(new CloseReason(CloseCause.Lost, "handshake_timeout"));
}
