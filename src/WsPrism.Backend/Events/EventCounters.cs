namespace WsPrism.Backend.Events;

/// <summary>How events ended. Safe for all threads.</summary>
internal sealed class EventCounters
{
    private readonly long[] _counts = new long[EventKinds.Names.Length * EventFates.Names.Length];

    public long this[EventKind kind, EventFate fate] => Volatile.Read(ref _counts[Index(kind, fate)]);

    public void Count(EventKind kind, EventFate fate) => Interlocked.Increment(ref _counts[Index(kind, fate)]);

    private static int Index(EventKind kind, EventFate fate) => ((int)kind * EventFates.Names.Length) + (int)fate;
}

/// <summary>What can become of an event.</summary>
internal enum EventFate : byte
{
    /// <summary>The backend has it.</summary>
    Delivered,

    /// <summary>The backend did not take it, however often it was sent.</summary>
    Failed,

    /// <summary>Too many waited.</summary>
    Dropped,
}

/// <summary>Names of <see cref="EventFate"/>.</summary>
internal static class EventFates
{
    /// <summary>Names by value, as in metrics.</summary>
    public static readonly string[] Names = ["delivered", "failed", "dropped"];
}
