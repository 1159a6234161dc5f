namespace WsPrism.Gateway.Tests.Faults;

/// <summary>How a connection through <see cref="FaultProxy"/> ends before its time.</summary>
internal enum FaultEnd
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Both sides see a reset.</summary>
    Reset,

    /// <summary>Both sides see an orderly end.</summary>
    End,

    /// <summary>The client sees a reset; the gateway sees nothing at all, as when a phone loses its network.</summary>
    Vanish,
}

/// <summary>
/// What happens to one direction of one connection, drawn from a seed: nothing that TCP itself may not do. The same seed and number make the same plan; what the
/// gateway and the system do with it is theirs. Used by one pump.
/// </summary>
internal sealed class FaultPlan
{
    private readonly Random _random;

    public FaultPlan(int seed, int connection, bool toClient)
    {
        _random = new Random(HashCode.Combine(seed, connection, toClient));

        // From within the handshake to far into the session, each order of magnitude as likely as the next.
        CutAfter = (long)Math.Exp(Math.Log(40) + (_random.NextDouble() * Math.Log(2_000)));
        End = _random.Next(4) switch { 0 => FaultEnd.End, 1 => FaultEnd.Vanish, _ => FaultEnd.Reset };
    }

    /// <summary>So many bytes go through.</summary>
    public long CutAfter { get; }

    /// <summary>What happens then.</summary>
    public FaultEnd End { get; }

    /// <summary>How many bytes go on at once, of so many that are there.</summary>
    public int NextLength(int available) => _random.Next(4) == 0 ? _random.Next(1, Math.Min(available, 16) + 1) : _random.Next(1, available + 1);

    /// <summary>How long they wait.</summary>
    public int NextDelayMs() => _random.Next(40) switch { 0 => _random.Next(10, 60), < 6 => _random.Next(1, 4), _ => 0 };
}
