namespace WsPrism.Client.Notices;

/// <summary>What a session may send.</summary>
/// <param name="Lane"><c>ext</c> or <c>hot</c>.</param>
/// <param name="Rate">Messages a second.</param>
/// <param name="Burst">Messages at once.</param>
public sealed record Budget(string Lane, long Rate, long Burst);
