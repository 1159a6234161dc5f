using System.Text.Json;

namespace WsPrism.Client.Ext;

// A request whose answer has not come. Settled once, by whoever is first: the receive loop, its timer, its caller's cancellation, the end of the client.
internal sealed class PendingRequest
{
    private readonly TaskCompletionSource<JsonElement> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private ITimer? _timer;
    private ITimer? _retry;
    private int _retries;

    public PendingRequest(long id, byte[] bytes, RequestOptions? options, Action<JsonElement>? acknowledged)
    {
        Id = id;
        Outgoing = new ExtMessage(bytes, isRequest: true, goesFirst: options?.GoesFirst == true);
        _retries = options?.RateLimitRetries ?? 0;
        Repeatable = options?.Repeatable == true;
        Acknowledged = acknowledged;
    }

    public long Id { get; }

    public ExtMessage Outgoing { get; }

    public bool Repeatable { get; }

    /// <summary>Called on the receive loop before the task is settled, so that what depends on the answer is in place when the next message comes.</summary>
    public Action<JsonElement>? Acknowledged { get; }

    public Task<JsonElement> Task => _answer.Task;

    public void Guard(ITimer timer, CancellationTokenRegistration cancellation)
    {
        _timer = timer;
        _cancellation = cancellation;

        // Whoever settles it meanwhile sees these, or is seen.
        Interlocked.MemoryBarrier();
        if (Task.IsCompleted)
            Release();
    }

    /// <summary>Whether it may be sent once more; counts that.</summary>
    public bool TryRetry() => _retries-- > 0;

    public void RetryBy(ITimer timer)
    {
        _retry?.Dispose();
        _retry = timer;
        Interlocked.MemoryBarrier();
        if (Task.IsCompleted)
            Release();
    }

    public void Acknowledge(JsonElement data)
    {
        Acknowledged?.Invoke(data);
        if (_answer.TrySetResult(data))
            Release();
    }

    public void Fail(Exception exception)
    {
        Outgoing.Cancel();
        if (_answer.TrySetException(exception))
            Release();
    }

    public void Cancel(CancellationToken cancellation)
    {
        Outgoing.Cancel();
        if (_answer.TrySetCanceled(cancellation))
            Release();
    }

    private void Release()
    {
        _timer?.Dispose();
        _retry?.Dispose();
#if NETSTANDARD2_1
        _cancellation.Dispose();
#else
        // Dispose would wait for a callback that is running.
        _cancellation.Unregister();
#endif
    }
}
