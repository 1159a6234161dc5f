namespace WsPrism.Core.Configuration;

/// <summary>The <c>market</c> section of a tenant: how many instruments there may be, and how much of them one session gets.</summary>
public sealed record MarketConfig
{
    /// <summary>Instruments with a value at once; 1 to 10,000,000.</summary>
    public int MaxInstruments { get; init; } = 10_000;

    /// <summary>Longest value, 1 to 65,536 bytes.</summary>
    public int MaxValueBytes { get; init; } = 1_024;

    /// <summary>Instruments that one session is subscribed to at once; 1 to 65,536. Never more than <see cref="OutboundConfig.HotMaxKeys"/>.</summary>
    public int MaxKeysPerSession { get; init; } = 256;

    /// <summary>Time without an update after which an instrument is stale; 0 is never, otherwise 100 to 86,400,000 ms.</summary>
    public int StaleAfterMs { get; init; }

    /// <summary>How often a second one session gets an envelope of values and one of marks at most; 1 to 100.</summary>
    public int TextMaxHz { get; init; } = 10;
}
