namespace WsPrism.Client.Connection;

// How long to wait before the next attempt: a random part of a span that doubles (full jitter), so that clients that lost their gateway together do not come back
// together. Owned by the client's loop.
internal sealed class Backoff
{
    private readonly ClientOptions _options;
    private readonly Func<double> _random;

    public Backoff(ClientOptions options)
    {
        _options = options;
        _random = options.Random ?? DefaultRandom();
    }

    /// <summary>Attempts since a connection last held.</summary>
    public int Attempts { get; private set; }

    public void Reset() => Attempts = 0;

    public TimeSpan Next(Advice advice, TimeSpan? retryAfter)
    {
        var doublings = Math.Min(Attempts + (advice == Advice.Later ? 1 : 0), 30);
        var span = Math.Min(_options.MaxReconnectDelay.TotalMilliseconds, _options.ReconnectDelay.TotalMilliseconds * Math.Pow(2, doublings));
        Attempts++;
        var wait = TimeSpan.FromMilliseconds(Math.Max(0, span) * Share());

        // Nobody is made to wait for days by one answer.
        var floor = retryAfter is { } asked && asked > TimeSpan.Zero ? asked : TimeSpan.Zero;
        return wait + (floor < MaxFloor ? floor : MaxFloor);
    }

    // Of an application's own source, which may say anything.
    private double Share() => _random() is >= 0 and <= 1 and var share ? share : 1;

    private static TimeSpan MaxFloor => TimeSpan.FromHours(1);

    private static Func<double> DefaultRandom()
    {
#if NETSTANDARD2_1
        var random = new Random();
        return random.NextDouble;
#else
        return Random.Shared.NextDouble;
#endif
    }
}
