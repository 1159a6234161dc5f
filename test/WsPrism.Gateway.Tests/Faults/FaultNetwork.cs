using System.Net;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// The network between clients and a gateway: a <see cref="FaultLine"/> for each client. It splits, delays, stalls and cuts what goes over it until <see cref="Heal"/>;
/// from then on it leaves connections alone. Safe for all threads.
/// </summary>
internal sealed class FaultNetwork(int seed, FaultWeather weather, Func<IPEndPoint> target) : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<(FaultLine Line, Task Serving)> _lines = [];
    private volatile bool _isHealed;
    private int _connections;
    private int _cuts;

    public int Seed => seed;

    public FaultWeather Weather => weather;

    /// <summary>Where the gateway is now.</summary>
    public IPEndPoint Target => target();

    /// <summary>Cancelled when the network is gone.</summary>
    public CancellationToken End => _end.Token;

    public bool IsHealed => _isHealed;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that came to an end before their time; one that is cut in both directions at once counts twice.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>A way for one client; called by the test alone.</summary>
    public FaultLine AddLine()
    {
        var line = new FaultLine(this, _lines.Count);
        _lines.Add((line, line.ServeAsync()));
        return line;
    }

    public void CountConnection() => Interlocked.Increment(ref _connections);

    public void CountCut() => Interlocked.Increment(ref _cuts);

    /// <summary>No faults from now on, on connections that there are either.</summary>
    public void Heal() => _isHealed = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var (line, serving) in _lines)
        {
            await serving;
            line.Dispose();
        }

        _end.Dispose();
    }
}
