using System.Text.Json;
using WsPrism.Client.Connection;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Time;

// Pings the gateway: for its clock, a few times soon and then at the pace of the options, and to notice a connection on which nothing comes any more. One for each
// connection; its state is under the lock, its timers call from anywhere.
internal sealed class Pinger : IDisposable
{
    private const int SoonPings = 4;
    private const int Remembered = 16;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);

    private readonly object _gate = new();
    private readonly ClientOptions _options;
    private readonly ServerClock _clock;
    private readonly OutboundQueue _queue;
    private readonly Action _silent;
    private readonly double[] _sent = new double[Remembered];
    private readonly ITimer _timer;
    private readonly ITimer _watch;
    private long _heard;
    private long _heardAtWatch = -1;
    private long _pings;
    private bool _isOver;

    public Pinger(ClientOptions options, ServerClock clock, OutboundQueue queue, Action silent)
    {
        _options = options;
        _clock = clock;
        _queue = queue;
        _silent = silent;
        _timer = options.Time.CreateTimer(static state => ((Pinger)state!).Ping(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _watch = options.Time.CreateTimer(static state => ((Pinger)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        if (_options.PingInterval > TimeSpan.Zero)
            Ping();
    }

    /// <summary>Something came. Called by the receive loop for everything.</summary>
    public void Heard() => Volatile.Write(ref _heard, _heard + 1);

    /// <summary>A pong. One that answers no ping of this connection says nothing.</summary>
    public void Answered(JsonElement data)
    {
        double sent;
        lock (_gate)
        {
            if (data.NumberOf("client_time") is not { } number || data.NumberOf("server_time_ms") is null || number == 0 || number > (ulong)_pings
                || number + Remembered <= (ulong)_pings || _sent[number % Remembered] < 0)
                return;

            sent = _sent[number % Remembered];
            _sent[number % Remembered] = -1;
        }

        _clock.Add(sent, data.NumberOf("server_time_ms", 1UL << 47), _clock.Monotonic());
    }

    public void Dispose()
    {
        lock (_gate)
            _isOver = true;

        _timer.Dispose();
        _watch.Dispose();
    }

    private void Ping()
    {
        lock (_gate)
        {
            if (_isOver)
                return;

            var number = ++_pings;
            _sent[number % Remembered] = _clock.Monotonic();
            _queue.TryAdd(new ExtMessage(EnvelopeBuilder.Build("sys", "ping", null, JsonData.Write(writer => Write(writer, number)), null), isOwn: true));
            if (_heardAtWatch < 0)
            {
                _heardAtWatch = Volatile.Read(ref _heard);
                _watch.Change(_options.PingTimeout, Timeout.InfiniteTimeSpan);
            }

            _timer.Change(_pings < SoonPings && Soon < _options.PingInterval ? Soon : _options.PingInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isOver)
                return;

            var isSilent = _heardAtWatch == Volatile.Read(ref _heard);
            _heardAtWatch = -1;
            if (!isSilent)
                return;
        }

        _silent();
    }

    private static void Write(Utf8JsonWriter writer, long number)
    {
        writer.WriteStartObject();
        writer.WriteNumber("client_time", number);
        writer.WriteEndObject();
    }
}
