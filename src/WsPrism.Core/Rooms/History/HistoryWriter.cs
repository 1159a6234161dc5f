using Microsoft.Extensions.Logging;
using WsPrism.Core.Metrics;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Rooms.History;

/// <summary>
/// Stores what rooms publish, on a thread of its own: all that has come meanwhile in one transaction, then it is said, room by room in the order in which it came.
/// What waits is bounded; nobody waits for a place. What cannot be stored is not said either. Queue and counters are safe for all threads.
/// </summary>
internal sealed partial class HistoryWriter : IDisposable
{
    /// <summary>Publishes that may wait.</summary>
    public const int MaxWaiting = 8_192;

    /// <summary>Bytes of theirs.</summary>
    public const int MaxWaitingBytes = 16_777_216;

    // So many at most are said after one transaction: shards get them all at once.
    private const int MaxBatch = 1_024;

    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _signal = new(false);
    private readonly Thread _thread;
    private readonly List<HistoryOperation> _batch = [];
    private readonly List<HistoryOperation> _owed = [];
    private readonly Queue<HistoryOperation> _queue = new();
    private int _waiting;
    private long _waitingBytes;
    private bool _isStopping;
    private bool _isFailing;
    private long _commits;
    private long _failures;
    private long _stored;
    private long _refused;

    public HistoryWriter(IHistoryStore store, TimeProvider time, ILogger logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "wsprism history" };
        _thread.Start();
    }

    /// <summary>Transactions done.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Transactions that failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Messages stored.</summary>
    public long Stored => Volatile.Read(ref _stored);

    /// <summary>Publishes refused, for want of a place or because they could not be stored.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Publishes that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How long transactions took.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Takes a publish in; false where as many wait as may. Under the history's lock.</summary>
    public bool TryPublish(RoomHistory history, string tenant, in OutboundEnvelope envelope, in PublishOptions options)
    {
        var length = envelope.Svc.Length + envelope.Type.Length + envelope.Data.Length;
        lock (_gate)
        {
            if (_isStopping || _waiting >= MaxWaiting || _waitingBytes + length > MaxWaitingBytes)
            {
                _refused++;
                return false;
            }

            _waiting++;
            _waitingBytes += length;
            _queue.Enqueue(HistoryOperation.Publish(history, tenant, envelope, options));
            _signal.Set();
            return true;
        }
    }

    /// <summary>Has the messages of a room before <paramref name="first"/> deleted, behind what waits.</summary>
    public void Trim(string tenant, string room, ulong first) => Add(HistoryOperation.Trim(tenant, room, first));

    /// <summary>Has a room deleted, behind what waits.</summary>
    public void Forget(string tenant, string room) => Add(HistoryOperation.Forget(tenant, room));

    /// <summary>Stores what waits, and takes nothing more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return;
            }

            _isStopping = true;
            _signal.Set();
        }

        _thread.Join();
        _store.Dispose();
        _signal.Dispose();
    }

    private void Add(HistoryOperation operation)
    {
        lock (_gate)
        {
            if (!_isStopping)
            {
                _queue.Enqueue(operation);
                _signal.Set();
            }
        }
    }

    private void Run()
    {
        while (TakeBatch())
        {
            try
            {
                Store();
            }
            catch (Exception exception)
            {
                _batch.Clear();

                // A fault of ours in what is said afterwards must not end all histories.
                Log.Broken(_logger, exception);
            }
        }
    }

    private bool TakeBatch()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_queue.Count > 0)
                {
                    _batch.AddRange(_owed);
                    _owed.Clear();
                    while (_batch.Count < MaxBatch && _queue.TryDequeue(out var operation))
                    {
                        _batch.Add(operation);
                    }

                    return true;
                }

                if (_isStopping)
                {
                    return false;
                }
            }

            _signal.WaitOne();
        }
    }

    private void Store()
    {
        var (publishes, bytes) = (0, 0L);
        foreach (var operation in _batch)
        {
            if (operation.Kind == HistoryOperationKind.Publish)
            {
                publishes++;
                bytes += operation.Length;
                operation.History!.Assign(operation);
                operation.DropEnvelope();
            }
        }

        var failure = Write();
        foreach (var operation in _batch)
        {
            if (operation.Kind != HistoryOperationKind.Publish)
            {
                continue;
            }

            // Offsets have no gaps: where one is taken back, those after it are too.
            if (failure is null || operation.Offset == 0)
            {
                operation.History!.Commit(operation);
            }
            else
            {
                operation.History!.TakeBack(operation, ErrorCode.ServiceUnavailable);
            }
        }

        lock (_gate)
        {
            _waiting -= publishes;
            _waitingBytes -= bytes;
            _refused += failure is null ? 0 : publishes;
        }

        // What was to be deleted is deleted with the next that is stored, and before it.
        _owed.AddRange(failure is null ? [] : _batch.Where(operation => operation.Kind == HistoryOperationKind.Forget));
        _batch.Clear();
    }

    private Exception? Write()
    {
        if (_batch.TrueForAll(operation => !operation.IsStored))
        {
            return null;
        }

        var started = _time.GetTimestamp();
        try
        {
            _store.Write(_batch);
            Latency.Record((long)_time.GetElapsedTime(started).TotalNanoseconds);
            Volatile.Write(ref _commits, _commits + 1);
            Volatile.Write(ref _stored, _stored + _batch.Count(operation => operation is { Kind: HistoryOperationKind.Publish, IsStored: true }));
            if (_isFailing)
            {
                _isFailing = false;
                Log.StoresAgain(_logger);
            }

            return null;
        }
        catch (Exception exception)
        {
            Volatile.Write(ref _failures, _failures + 1);
            if (!_isFailing)
            {
                // Once, until it works again: each publish is refused and counted.
                _isFailing = true;
                Log.CannotStore(_logger, exception);
            }

            return exception;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "History cannot be stored: publishes to rooms with store: sqlite are refused until it can")]
        public static partial void CannotStore(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "History can be stored again")]
        public static partial void StoresAgain(ILogger logger);

        [LoggerMessage(3, LogLevel.Error, "What was stored of a history could not be said")]
        public static partial void Broken(ILogger logger, Exception exception);
    }
}
