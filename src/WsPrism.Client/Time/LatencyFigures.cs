namespace WsPrism.Client.Time;

/// <summary>How long pings took there and back, of the last 16; all zero before the first.</summary>
/// <param name="Last">The last one.</param>
/// <param name="Lowest">The fastest: what the way takes when nothing is in it.</param>
/// <param name="Mean">The average.</param>
/// <param name="Jitter">How much two in a row differ, on average.</param>
public readonly record struct LatencyFigures(TimeSpan Last, TimeSpan Lowest, TimeSpan Mean, TimeSpan Jitter);
