namespace WsPrism.Core.Dispatch;

/// <summary>
/// Calls in lines, one line for each key: one after the other within a line, several lines at once. What runs and what waits is bounded; what does not fit is
/// turned away. Lines take turns. Safe for all threads; the lock is held for a few instructions, never over a call.
/// </summary>
internal sealed class CallLines(int maxRunning, int maxWaiting)
{
    /// <summary>What waiting calls may hold altogether, whatever their number.</summary>
    public const long MaxWaitingBytes = 67_108_864;

    private readonly Lock _gate = new();
    private readonly Dictionary<object, Line> _lines = [];

    // Lines that have something to do and nobody who does it.
    private readonly Queue<Line> _ready = new();
    private int _running;
    private int _waiting;
    private long _waitingBytes;

    /// <summary>Calls that run now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Calls that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes in a call; false where there is no room, and it will not run.</summary>
    public bool TryAdd(object key, ILineCall call)
    {
        lock (_gate)
        {
            var isFree = _running < maxRunning;
            if (!_lines.TryGetValue(key, out var line))
            {
                if (isFree)
                {
                    // While a runner is free no line waits for one, so this is not out of turn.
                    line = new Line(key);
                    _lines.Add(key, line);
                    _running++;
                    ThreadPool.UnsafeQueueUserWorkItem(static start => _ = start.Lines.RunAsync(start.Line, start.Call), (Lines: this, Line: line, Call: call), preferLocal: false);
                    return true;
                }
            }

            if (_waiting >= maxWaiting || _waitingBytes + call.Bytes > MaxWaitingBytes)
            {
                return false;
            }

            if (line is null)
            {
                line = new Line(key);
                _lines.Add(key, line);
                _ready.Enqueue(line);
            }

            line.Calls.Enqueue(call);
            _waiting++;
            _waitingBytes += call.Bytes;
            return true;
        }
    }

    // One runner: call after call, of whichever line is next.
    private async Task RunAsync(Line line, ILineCall call)
    {
        while (true)
        {
            await call.RunAsync().ConfigureAwait(false);
            lock (_gate)
            {
                if (line.Calls.Count > 0)
                {
                    _ready.Enqueue(line);
                }
                else
                {
                    _lines.Remove(line.Key);
                }

                if (!_ready.TryDequeue(out line!))
                {
                    _running--;
                    return;
                }

                call = line.Calls.Dequeue();
                _waiting--;
                _waitingBytes -= call.Bytes;
            }
        }
    }

    // In the dictionary while a call of it runs or waits.
    private sealed class Line(object key)
    {
        public object Key => key;

        public Queue<ILineCall> Calls { get; } = new();
    }
}
