namespace WsPrism.Client;

/// <summary>How a client stands.</summary>
public enum ClientState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>On the way to its first session.</summary>
    Connecting,

    /// <summary>Connected, with a session.</summary>
    Open,

    /// <summary>The connection is lost; the client waits for its next attempt, or is at it.</summary>
    Reconnecting,

    /// <summary>Over for good. <see cref="StateChange.Reason"/> says why.</summary>
    Closed
}
