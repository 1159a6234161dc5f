namespace WsPrism.Client.Time;

// Waiting by a clock that can be driven, on every framework. Stateless.
internal static class Waiting
{
    // What all platforms can wait: milliseconds in 31 bits.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>A time-out is checked before anything depends on it: a timer that cannot be made leaves what it should have ended.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No timer waits for so long.</exception>
    public static void ThrowIfNoTimeout(TimeSpan value, string name)
    {
        if (value != Timeout.InfiniteTimeSpan && !IsDelay(value))
            throw new ArgumentOutOfRangeException(name, value, "A time-out is 0 to 24 days, or Timeout.InfiniteTimeSpan.");
    }

    /// <summary>The same for what has no infinity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No timer waits for so long.</exception>
    public static void ThrowIfNoDelay(TimeSpan value, string name)
    {
        if (!IsDelay(value))
            throw new ArgumentOutOfRangeException(name, value, "It must be 0 to 24 days.");
    }

    private static bool IsDelay(TimeSpan value) => value >= TimeSpan.Zero && value <= Longest;

    public static Task DelayAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellation) =>
#if NETSTANDARD2_1
        TimeProviderTaskExtensions.Delay(time, delay, cancellation);
#else
        Task.Delay(delay, time, cancellation);
#endif

    public static CancellationTokenSource CancelAfter(this TimeProvider time, TimeSpan delay) =>
#if NETSTANDARD2_1
        TimeProviderTaskExtensions.CreateCancellationTokenSource(time, delay);
#else
        new(delay, time);
#endif

    /// <summary>Awaits a task, but no longer than until the cancellation; the task goes on.</summary>
    public static async Task OrCanceledAsync(this Task task, CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled && !task.IsCompleted)
        {
            var canceled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = cancellation.Register(static state => ((TaskCompletionSource<bool>)state!).TrySetResult(true), canceled);
            if (await Task.WhenAny(task, canceled.Task).ConfigureAwait(false) != task)
                cancellation.ThrowIfCancellationRequested();
        }

        await task.ConfigureAwait(false);
    }

    public static double MillisecondsAt(this TimeProvider time, long timestamp) => timestamp * 1000.0 / time.TimestampFrequency;
}
