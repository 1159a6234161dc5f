using System.Runtime.InteropServices;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// The sends of one pass as one io_uring submission: connections gather into the loop's send buffer one behind the other, then the kernel takes them all in one
/// system call, then each connection settles what its socket took. Owned by the loop's thread.
/// </summary>
/// <remarks>
/// Between gathering and settling no outbox may change, or what was sent would not be what is taken out of it. So all entries settle before any connection is
/// told what follows from it, and a pass keeps the faults of sessions until its batch is through.
/// </remarks>
internal sealed unsafe class FlushBatch : IDisposable
{
    // Below this plain sends are as quick: a submission has a price of its own.
    private const int MinConnections = 4;
    private const int MaxConnections = 128;

    private readonly EventLoop _loop;
    private readonly IoUring _ring;
    private readonly Entry[] _entries;
    private readonly int[] _results;
    private int _count;
    private bool _isBroken;

    private FlushBatch(EventLoop loop, IoUring ring)
    {
        _loop = loop;
        _ring = ring;
        _entries = new Entry[Math.Min(ring.Capacity, MaxConnections)];
        _results = new int[_entries.Length];
    }

    /// <summary>True while sends are collected.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Where in the loop's send buffer the next connection's bytes go.</summary>
    public int Start { get; private set; }

    /// <summary>A batch for the calling thread; null, with the reason, where the system has no io_uring for us.</summary>
    public static FlushBatch? TryCreate(EventLoop loop, out string? problem) =>
        IoUring.TryCreate(MaxConnections, out problem) is { } ring ? new FlushBatch(loop, ring) : null;

    /// <summary>Collects from here on, where so many connections make it worth it.</summary>
    public void Open(int connections) => IsOpen = connections >= MinConnections && !_isBroken;

    /// <summary>Adds what lies in the loop's send buffer from <see cref="Start"/> to <paramref name="end"/>; returns the entry's position.</summary>
    public int Add(LoopConnection connection, int descriptor, int end, Range frames)
    {
        if (_count == _entries.Length)
        {
            throw new InvalidOperationException("The batch is full: it is submitted when the last entry is taken.");
        }

        var first = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_loop.SendBuffer, Start);
        _ring.PrepareSend(descriptor, first, end - Start);
        _entries[_count] = new Entry(connection, Start, end, frames);
        Start = end;
        return _count++;
    }

    /// <summary>True where no further entry fits.</summary>
    public bool IsFull => _count == _entries.Length;

    /// <summary>The connection is closing: its bytes go nowhere.</summary>
    public void Cancel(int position)
    {
        _ring.Cancel(position);
        _entries[position].Connection = null;
    }

    /// <summary>Sends what was collected and settles it.</summary>
    public void Submit()
    {
        if (_count == 0)
        {
            return;
        }

        var entries = _entries.AsSpan(0, _count);
        var results = _results.AsSpan(0, _count);
        _isBroken = !_ring.TrySubmit(results, out var problem);
        if (_isBroken)
        {
            // The loop goes on with plain sends.
            IsOpen = false;
            _loop.ReportNoRing(problem!);
        }

        for (var i = 0; i < entries.Length; i++)
        {
            Settle(entries[i], results[i]);
        }

        // From here on connections may close and flush anew, the batch is free for them.
        var isOpen = IsOpen;
        IsOpen = false;
        _count = 0;
        Start = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            Conclude(ref entries[i], results[i]);
        }

        // Flushes of those may have left theirs.
        _loop.FrameEnds.Clear();
        IsOpen = isOpen;
    }

    /// <summary>Sends what was collected; sends go out at once again.</summary>
    public void Close()
    {
        Submit();
        IsOpen = false;
    }

    public void Dispose() => _ring.Dispose();

    // A fault takes one connection with it, never the others or the loop.
    private void Settle(in Entry entry, int result)
    {
        try
        {
            entry.Connection?.Settle(result, entry.Start, entry.End, entry.Frames);
        }
        catch (Exception exception)
        {
            _loop.Fail(entry.Connection!, exception);
        }
    }

    private void Conclude(ref Entry entry, int result)
    {
        var connection = entry.Connection;
        entry.Connection = null;
        try
        {
            connection?.Settled(result);
        }
        catch (Exception exception)
        {
            _loop.Fail(connection!, exception);
        }
    }

    private record struct Entry(LoopConnection? Connection, int Start, int End, Range Frames);
}
