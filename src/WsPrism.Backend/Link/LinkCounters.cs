namespace WsPrism.Backend.Link;

/// <summary>How a request to a worker ended.</summary>
internal enum RpcOutcome
{
    /// <summary>The worker answered.</summary>
    Answered,

    /// <summary>The worker answered with something that is no answer.</summary>
    Invalid,

    /// <summary>It took longer than <c>timeout_ms</c>.</summary>
    Timeout,

    /// <summary>No worker serves it.</summary>
    NoWorker,

    /// <summary>Its worker's queue is full.</summary>
    QueueFull,

    /// <summary>Its worker went away with it.</summary>
    Lost,
}

/// <summary>What became of a Hot frame for a worker.</summary>
internal enum LinkFrameFate
{
    /// <summary>Written.</summary>
    Sent,

    /// <summary>Replaced by a newer state.</summary>
    Conflated,

    /// <summary>There was no place for it, or its worker went away with it.</summary>
    Dropped,

    /// <summary>Refused to its sender: no worker, or no place for a reliable one.</summary>
    Refused,
}

/// <summary>Counts by the values of an enumeration. Safe for all threads.</summary>
internal sealed class LinkCounts<TKey>
    where TKey : struct, Enum
{
    /// <summary>The values, in order, and their names in metrics.</summary>
    public static readonly TKey[] Keys = Enum.GetValues<TKey>();

    private readonly long[] _counts = new long[Keys.Length];

    public long this[TKey key] => Interlocked.Read(ref _counts[IndexOf(key)]);

    public void Add(TKey key, long count = 1) => Interlocked.Add(ref _counts[IndexOf(key)], count);

    private static int IndexOf(TKey key) => System.Runtime.CompilerServices.Unsafe.As<TKey, int>(ref key);
}
