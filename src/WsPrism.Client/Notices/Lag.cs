namespace WsPrism.Client.Notices;

/// <summary>Messages that were dropped because this client read too slowly.</summary>
/// <param name="Dropped">How many.</param>
/// <param name="Lane"><c>ext</c> or <c>hot</c>.</param>
/// <param name="Room">The room that they were of; null where that is not one.</param>
public sealed record Lag(long Dropped, string Lane, string? Room);
