using System.Threading.Tasks.Sources;

namespace WsPrism.Client.Connection;

/// <summary>Wakes one waiter, from any thread, again and again without allocating. A signal without a waiter is kept for the next one.</summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private readonly object _gate = new();

    // A struct that changes in place: not readonly. Whoever waits goes on in the pool, never in the stack of who sets: that may hold locks. The runtime queues a waiting
    // async method as it is, where a work item of our own would be one more object for each wake on .NET Standard.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private bool _isSet;
    private bool _isAwaited;

    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return default;
            }

            _core.Reset();
            _isAwaited = true;
            return new ValueTask(this, _core.Version);
        }
    }

    public void Set()
    {
        lock (_gate)
        {
            if (!_isAwaited)
            {
                _isSet = true;
                return;
            }

            _isAwaited = false;
        }

        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
