namespace WsPrism.Client.Time;

// Waiting by a clock that can be driven, on every framework. Stateless.
internal static class Waiting
{
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
