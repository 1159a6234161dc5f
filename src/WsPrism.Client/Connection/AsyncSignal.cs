using System.Threading.Tasks.Sources;

namespace WsPrism.Client.Connection;

/// <summary>Wakes one waiter, from any thread, again and again without allocating. A signal without a waiter is kept for the next one.</summary>
internal sealed class AsyncSignal : IValueTaskSource
#if !NETSTANDARD2_1
    , IThreadPoolWorkItem
#endif
{
    private readonly object _gate = new();

    // A struct that changes in place: not readonly.
    private ManualResetValueTaskSourceCore<bool> _core;
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

        // On the pool, never in the caller's stack: it may hold locks. And as an item of its own, since the core's way there allocates.
#if NETSTANDARD2_1
        ThreadPool.UnsafeQueueUserWorkItem(static state => ((AsyncSignal)state!)._core.SetResult(true), this);
#else
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
#endif
    }

#if !NETSTANDARD2_1
    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);
#endif

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
