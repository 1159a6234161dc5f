namespace WsPrism.Client.Connection;

/// <summary>The gateway's answer to a handshake that it refused; 426 says that all is right but the upgrade.</summary>
internal sealed record Refusal(int Status, string? Code, TimeSpan? RetryAfter);
