using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Shards;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// Runs a shard on a thread of its own around <c>epoll</c>: wait, let each ready descriptor be read down the whole line, then one pass of the shard, which
/// flushes every touched connection once. Everything but <see cref="Wake"/> and <see cref="Stop"/> belongs to that thread.
/// </summary>
internal sealed unsafe partial class EventLoop : IShardExecutor, IDisposable
{
    /// <summary>Length of the shared buffers: one receive for all connections, one gathered send.</summary>
    public const int BufferLength = 262_144;

    private const int MaxEvents = 512;
    private const int EventsPerLook = 16;
    private const ulong WakeToken = ulong.MaxValue;

    // The longest sleep: what a timer needs to be looked at in time is the wheel's affair.
    private const int MaxSleepMs = 100;

    private readonly Shard _shard;
    private readonly bool _usesRing;
    private readonly ILogger _logger;
    private readonly Descriptor _epoll;
    private readonly Descriptor _wake;
    private readonly EpollEventBuffer _events = new(MaxEvents);
    private readonly Thread _thread;
    private readonly Stack<int> _freeSlots = new();
    private (ILoopHandler? Handler, uint Generation)[] _slots = new (ILoopHandler?, uint)[256];
    private int _usedSlots;
    private int _isAsleep;
    private volatile bool _isStopping;

    public EventLoop(Shard shard, bool usesRing, ILogger logger)
    {
        _shard = shard;
        _usesRing = usesRing;
        _logger = logger;
        _epoll = new Descriptor(Check(Libc.EpollCreate(Libc.CloseOnExec)));
        _wake = new Descriptor(Check(Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking)));
        EpollEventBuffer.Control(_epoll.Number, Libc.EpollAdd, _wake.Number, Libc.EpollIn, WakeToken);
        _thread = new Thread(Run) { IsBackground = true, Name = $"wsprism loop {shard.Index}" };
    }

    public Shard Shard => _shard;

    /// <summary>The poller's descriptor.</summary>
    public int EpollNumber => _epoll.Number;

    /// <summary>Receive buffer of whichever connection is being read.</summary>
    public byte[] ReceiveBuffer { get; } = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);

    /// <summary>Gather buffer of whichever connection is being flushed.</summary>
    public byte[] SendBuffer { get; } = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);

    /// <summary>Where each gathered frame ends in <see cref="SendBuffer"/>.</summary>
    public List<int> FrameEnds { get; } = new(1_024);

    /// <summary>Collects the sends of a pass; null where each connection sends for itself.</summary>
    public FlushBatch? Batch { get; private set; }

    public void Start() => _thread.Start();

    public void Wake()
    {
        // Only the one who finds the loop asleep pays for the system call.
        if (Interlocked.Exchange(ref _isAsleep, 0) == 1)
        {
            var one = 1UL;
            Libc.Write(_wake.Number, &one, sizeof(ulong));
        }
    }

    /// <summary>Ends the thread after its current pass.</summary>
    public void Stop()
    {
        _isStopping = true;
        Interlocked.Exchange(ref _isAsleep, 1);
        Wake();
        _thread.Join();
    }

    public void BeginFlush(int sessions) => Batch?.Open(sessions);

    public void EndFlush() => Batch?.Close();

    /// <summary>The kernel has taken the ring from us; plain sends take over.</summary>
    public void ReportNoRing(string problem) => Log.NoRing(_logger, problem);

    public void Dispose()
    {
        if (_thread.IsAlive)
        {
            Stop();
        }

        Batch?.Dispose();
        _wake.Dispose();
        _epoll.Dispose();
        _events.Dispose();
    }

    /// <summary>Watches a descriptor; the answer is its token, 0 where the system refuses.</summary>
    public ulong Register(Descriptor descriptor, ILoopHandler handler, uint events)
    {
        var slot = _freeSlots.TryPop(out var free) ? free : _usedSlots++;
        if (slot == _slots.Length)
        {
            Array.Resize(ref _slots, slot * 2);
        }

        // The generation tells a late event of an earlier owner of the slot from one of this.
        var generation = _slots[slot].Generation + 1;
        _slots[slot] = (handler, generation);
        var token = ((ulong)generation << 32) | (uint)slot;
        if (!EpollEventBuffer.Control(_epoll.Number, Libc.EpollAdd, descriptor.Number, events, token))
        {
            Unregister(token);
            return 0;
        }

        return token;
    }

    /// <summary>Changes what a descriptor is watched for.</summary>
    public void Watch(Descriptor descriptor, ulong token, uint events) =>
        EpollEventBuffer.Control(_epoll.Number, Libc.EpollModify, descriptor.Number, events, token);

    /// <summary>Hands a descriptor's events to another handler.</summary>
    public void Replace(ulong token, ILoopHandler handler) => _slots[(int)(uint)token].Handler = handler;

    /// <summary>Forgets a descriptor. Closing it takes it out of the poller.</summary>
    public void Unregister(ulong token)
    {
        var slot = (int)(uint)token;
        _slots[slot].Handler = null;
        _freeSlots.Push(slot);
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private void Run()
    {
        if (_usesRing)
        {
            // Here, because a ring belongs to the thread that makes it.
            Batch = FlushBatch.TryCreate(this, out var problem);
            if (Batch is null)
            {
                ReportNoRing(problem!);
            }
        }

        while (!_isStopping)
        {
            var isPressed = _shard.IsUnderPressure();
            var count = Wait(isPressed);
            _shard.Clock.Read();
            for (var i = 0; i < count; i++)
            {
                // Under pressure nothing is read, and the kernel holds the senders back; what can be written still is.
                isPressed = i % EventsPerLook == 0 ? _shard.IsUnderPressure() : isPressed;
                var (events, token) = _events[i];
                if (token == WakeToken)
                {
                    ulong drained;
                    Libc.Read(_wake.Number, &drained, sizeof(ulong));
                }
                else if ((isPressed ? events & Libc.EpollOut : events) is var wanted and not 0)
                {
                    Dispatch(wanted, token);
                }
            }

            _shard.RunPass();
            if (isPressed)
            {
                // The poller reports at once what is not read: leave the core to whoever is behind.
                Thread.Yield();
            }
        }
    }

    private int Wait(bool isPressed)
    {
        // Announced before the look: what is posted after it finds the loop asleep and wakes it.
        Interlocked.Exchange(ref _isAsleep, 1);
        var timeout = _shard.HasWork ? 0 : isPressed ? 1 : MaxSleepMs;
        if (timeout > 0)
        {
            timeout = Math.Min(timeout, _shard.MsToNextTimer(MaxSleepMs));
        }

        var count = Libc.EpollWait(_epoll.Number, _events.Pointer, _events.Capacity, timeout);
        Volatile.Write(ref _isAsleep, 0);
        if (count < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != -Libc.Interrupted)
            {
                throw new Win32Exception(error);
            }
        }

        return Math.Max(count, 0);
    }

    private void Dispatch(uint events, ulong token)
    {
        var (handler, generation) = _slots[(int)(uint)token];
        if (handler is null || generation != (uint)(token >> 32))
        {
            return;
        }

        try
        {
            handler.OnReady(events);
        }
        catch (Exception exception)
        {
            // A fault takes one connection with it, never the loop.
            Fail(handler, exception);
        }
    }

    /// <summary>Logs a fault and gives the connection that it met up.</summary>
    public void Fail(ILoopHandler handler, Exception exception)
    {
        Log.ConnectionFailed(_logger, exception);
        try
        {
            handler.OnFault();
        }
        catch (Exception second)
        {
            Log.ConnectionFailed(_logger, second);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A connection failed in the event loop.")]
        public static partial void ConnectionFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "io_uring is of no use here, sockets are written to one by one: {Problem}")]
        public static partial void NoRing(ILogger logger, string problem);
    }
}
