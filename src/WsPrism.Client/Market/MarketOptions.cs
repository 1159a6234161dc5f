namespace WsPrism.Client.Market;

/// <summary>How values are wanted.</summary>
public sealed class MarketOptions
{
    /// <summary>How often a second one instrument is wanted at most, from 0.1 on; null for each update.</summary>
    public double? MaxHz { get; init; }

    /// <summary>How values come.</summary>
    public MarketFormat Format { get; init; }
}

/// <summary>How values come.</summary>
public enum MarketFormat
{
    /// <summary>As Hot frames, each update on its own.</summary>
    Hot,

    /// <summary>In envelopes, now and then, the latest of all that changed.</summary>
    Json
}
