using System.Text.Json;
using WsPrism.Client.Connection;
using WsPrism.Client.Rooms;
using WsPrism.Client.Time;

namespace WsPrism.Client.Ext;

/// <summary>
/// The Ext lane: envelopes, reliable and in order. Thread-safe. While the client connects or reconnects requests wait, within the bounds of <see cref="ClientOptions"/>; what
/// asks for no answer does not.
/// </summary>
public sealed class ExtLane
{
    private readonly ClientOptions _options;
    private readonly OutboundQueue _queue;
    private readonly PendingRequests _requests;
    private readonly Subscriptions _subscriptions;
    private readonly RoomRequests _rooms;

    internal ExtLane(ClientOptions options, OutboundQueue queue, PendingRequests requests, Subscriptions subscriptions, RoomBook rooms)
    {
        _rooms = new RoomRequests(rooms);
        _options = options;
        _queue = queue;
        _requests = requests;
        _subscriptions = subscriptions;
    }

    /// <summary>Sends an envelope without asking for an answer, at once or not at all. Whether it arrives nobody says: see <c>RequestAsync</c>.</summary>
    /// <param name="svc">The service.</param>
    /// <param name="type">What kind of message it is.</param>
    /// <param name="room">The room it is about; without, the active one is meant.</param>
    /// <param name="data">What it says.</param>
    public SendResult TrySend(string svc, string type, string? room = null, JsonData data = default) =>
        _queue.TryAdd(new ExtMessage(EnvelopeBuilder.Build(svc, type, room, data, null)));

    /// <summary>Like <see cref="TrySend"/>, but waits while the queue is full or there is no session.</summary>
    /// <param name="svc">The service.</param>
    /// <param name="type">What kind of message it is.</param>
    /// <param name="room">The room it is about; without, the active one is meant.</param>
    /// <param name="data">What it says.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="WsPrismException"><see cref="ClientErrorCodes.Closed"/> or <see cref="ClientErrorCodes.FrameTooLarge"/>.</exception>
    public async ValueTask SendAsync(string svc, string type, string? room = null, JsonData data = default, CancellationToken cancellation = default)
    {
        var message = new ExtMessage(EnvelopeBuilder.Build(svc, type, room, data, null));
        SendResult result;
        while ((result = _queue.TryAdd(message)) is SendResult.Full or SendResult.NotConnected)
            await _queue.PlaceAsync(message.Bytes.Length).OrCanceledAsync(cancellation).ConfigureAwait(false);

        if (result != SendResult.Queued)
            throw Refused(result);
    }

    /// <summary>
    /// Sends an envelope and completes with the <c>data</c> of its <c>sys.ack</c>, undefined where that has none. It is acted on once, however often the connection breaks
    /// meanwhile, as long as the session lives; see <see cref="RequestOptions.Repeatable"/> for what comes after.
    /// </summary>
    /// <param name="svc">The service.</param>
    /// <param name="type">What kind of message it is.</param>
    /// <param name="room">The room it is about; without, the active one is meant.</param>
    /// <param name="data">What it says.</param>
    /// <param name="options">How long to wait, and whether it may happen twice.</param>
    /// <param name="cancellation">Ends the waiting. What has been sent may be acted on all the same.</param>
    /// <exception cref="WsPrismException">The gateway's refusal, or one of <see cref="ClientErrorCodes"/>.</exception>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public Task<JsonElement> RequestAsync(
        string svc, string type, string? room = null, JsonData data = default, RequestOptions? options = null, CancellationToken cancellation = default) =>
        RequestAsync(svc, type, room, data, options, null, cancellation);

    /// <summary>
    /// Has a handler called for each envelope that fits, those of <c>sys</c> too, until the answer is disposed. Handlers run on the client's receive loop, one after the other and
    /// in the order of the envelopes: they must not block, and never wait for an answer of the gateway. What they throw comes to
    /// <see cref="WsPrismClient.HandlerFailed"/>.
    /// </summary>
    /// <param name="svc">The service; null for all.</param>
    /// <param name="type">The type; null for all.</param>
    /// <param name="handler">What to call.</param>
    /// <param name="room">The room; null for all, and for envelopes without one.</param>
    public IDisposable On(string? svc, string? type, Action<Message> handler, string? room = null) => _subscriptions.Add(svc, type, room, handler);

    internal Task<JsonElement> RequestAsync(
        string svc, string type, string? room, JsonData data, RequestOptions? options, Action<JsonElement>? acknowledged, CancellationToken cancellation)
    {
        var timeout = options?.Timeout ?? _options.RequestTimeout;
        Waiting.ThrowIfNoTimeout(timeout, nameof(options));
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<JsonElement>(cancellation);

        if (!_queue.IsStarted)
            return Task.FromException<JsonElement>(Refused(SendResult.Closed));

        if (svc == "room" && _rooms.Watch(type, room, data) is { } watch)
            acknowledged = watch + acknowledged;

        PendingRequest? request;
        try
        {
            request = _requests.TryAdd(id => new PendingRequest(id, EnvelopeBuilder.Build(svc, type, room, data, id), options, acknowledged), options?.GoesFirst != true);
        }
        catch (WsPrismException exception)
        {
            return Task.FromException<JsonElement>(exception);
        }

        if (request is null)
            return Task.FromException<JsonElement>(new WsPrismException(ClientErrorCodes.BufferFull, "Too many requests wait for their answers."));

        if (_queue.TryAdd(request.Outgoing) is var result && result != SendResult.Queued)
        {
            _requests.Take(request.Id);
            return Task.FromException<JsonElement>(Refused(result));
        }

        Guard(request, $"{svc}.{type}", timeout, cancellation);
        return request.Task;
    }

    /// <summary>
    /// A request was refused, and was not acted on: sends it again when it may be. It stays among those that wait meanwhile, for its time and its caller's patience may end at any
    /// moment. False where it is not to be sent again.
    /// </summary>
    internal bool TryRetry(long id, TimeSpan wait)
    {
        if (_requests.Find(id) is not { } request || !request.TryRetry())
            return false;

        request.Outgoing.TakeBack();
        request.RetryBy(_options.Time.CreateTimer(_ => Retry(request), null, wait, Timeout.InfiniteTimeSpan));
        return true;
    }

    private void Retry(PendingRequest request)
    {
        if (!request.Task.IsCompleted && _queue.TryAdd(request.Outgoing) is var result && result != SendResult.Queued)
            _requests.Take(request.Id)?.Fail(Refused(result));
    }

    private void Guard(PendingRequest request, string what, TimeSpan timeout, CancellationToken cancellation)
    {
        var registration = cancellation.CanBeCanceled ? cancellation.Register(() => _requests.Take(request.Id)?.Cancel(cancellation)) : default;
        var timer = _options.Time.CreateTimer(
            _ => _requests.Take(request.Id)?.Fail(new WsPrismException(ClientErrorCodes.RequestTimeout, $"No answer to {what} in time.")), null, timeout, Timeout.InfiniteTimeSpan);
        request.Guard(timer, registration);
    }

    private static WsPrismException Refused(SendResult result) => result switch
    {
        SendResult.Full => new WsPrismException(ClientErrorCodes.BufferFull, "The send queue is full."),
        SendResult.TooLarge => new WsPrismException(ClientErrorCodes.FrameTooLarge, "The envelope is longer than the gateway takes."),
        SendResult.NotConnected => new WsPrismException(ClientErrorCodes.Offline, "There is no session now."),
        _ => new WsPrismException(ClientErrorCodes.Closed, "The client is closed, or was never connected.")
    };
}
