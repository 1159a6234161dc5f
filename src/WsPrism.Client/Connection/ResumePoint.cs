namespace WsPrism.Client.Connection;

/// <summary>The latest token of a session and how many of its envelopes have come.</summary>
internal readonly record struct ResumePoint(string Token, long Position);
