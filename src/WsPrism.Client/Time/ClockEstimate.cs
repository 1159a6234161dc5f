namespace WsPrism.Client.Time;

/// <summary>The gateway's clock as seen from here.</summary>
/// <param name="Offset">What has to be added to this machine's clock to have the gateway's.</param>
/// <param name="Bound">How wrong that is at most, either way.</param>
public readonly record struct ClockEstimate(TimeSpan Offset, TimeSpan Bound);
