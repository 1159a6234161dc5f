namespace WsPrism.Gateway.Tests.Faults;

/// <summary>How a connection through a <see cref="FaultLine"/> ends before its time.</summary>
internal enum FaultEnd
{
    /// <summary>Both sides see a reset.</summary>
    Reset,

    /// <summary>Both sides see an orderly end.</summary>
    End,

    /// <summary>The client sees a reset; the gateway sees nothing for a while, as when a phone loses its network.</summary>
    Vanish,
}

/// <summary>How many bytes a direction of a connection lasts: from few to many, each order of magnitude as likely as the next.</summary>
internal sealed record FaultWeather(int ShortestBytes, int LongestBytes)
{
    /// <summary>From within the handshake to far into the session.</summary>
    public static readonly FaultWeather Rough = new(40, 60_000);

    /// <summary>Connections that hardly last longer than it takes to resume.</summary>
    public static readonly FaultWeather Storm = new(200, 6_000);
}

/// <summary>
/// What happens to one direction of one connection: nothing that TCP itself may not do. The same seed, client and connection make the same plan; what the gateway and
/// the system do with it is theirs. Used by one pump.
/// </summary>
internal sealed class FaultPlan
{
    private readonly Random _random;

    public FaultPlan(FaultWeather weather, int seed, int client, int connection, bool toClient)
    {
        _random = new Random(Mix(seed, client, (connection * 2) + (toClient ? 1 : 0)));
        CutAfter = (long)(weather.ShortestBytes * Math.Exp(_random.NextDouble() * Math.Log((double)weather.LongestBytes / weather.ShortestBytes)));
        End = _random.Next(4) switch { 0 => FaultEnd.End, 1 => FaultEnd.Vanish, _ => FaultEnd.Reset };
        VanishedMs = (int)Math.Exp(_random.NextDouble() * Math.Log(1_000));
    }

    /// <summary>So many bytes go through.</summary>
    public long CutAfter { get; }

    /// <summary>What happens then.</summary>
    public FaultEnd End { get; }

    /// <summary>How long the gateway is not told that its client has vanished: it may have come back long before.</summary>
    public int VanishedMs { get; }

    /// <summary>How many bytes go on at once, of so many that are there.</summary>
    public int NextLength(int available) => _random.Next(4) == 0 ? _random.Next(1, Math.Min(available, 16) + 1) : _random.Next(1, available + 1);

    /// <summary>How long they wait; now and then long enough for those behind them to fill all buffers.</summary>
    public int NextDelayMs() => _random.Next(400) switch { 0 => _random.Next(100, 300), < 10 => _random.Next(10, 60), < 60 => _random.Next(1, 4), _ => 0 };

    // Not HashCode, which is another one in each process.
    private static int Mix(params ReadOnlySpan<int> values)
    {
        var mixed = 0x9E3779B97F4A7C15;
        foreach (var value in values)
        {
            mixed = (mixed ^ (uint)value) * 0xBF58476D1CE4E5B9;
            mixed ^= mixed >> 29;
        }

        return (int)(mixed >> 33);
    }
}
