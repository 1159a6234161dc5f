namespace WsPrism.Client.Hot;

/// <summary>What the Hot lane has counted since the client was made.</summary>
/// <param name="Received">Frames given to handlers; each state of a BATCH is one.</param>
/// <param name="Stale">Frames dropped because the same or a newer one had come before.</param>
/// <param name="Gaps">Sequence numbers that were skipped: states replaced by newer ones on the way, or sent where this client does not hear.</param>
/// <param name="Malformed">Binary messages that are no frames, ignored; a BATCH is all or nothing.</param>
/// <param name="Tracked">Keys whose sequence numbers are kept now, of frames that came.</param>
/// <param name="Sent">Frames taken for sending.</param>
public readonly record struct HotFigures(long Received, long Stale, long Gaps, long Malformed, int Tracked, long Sent);
