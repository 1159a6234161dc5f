namespace WsPrism.Client;

/// <summary>What became of something that was to be sent. Only <see cref="Queued"/> means that it will be tried.</summary>
public enum SendResult
{
    /// <summary>It waits to be sent, in order.</summary>
    Queued,

    /// <summary>The bounded buffer is full: nothing was taken. Drop it, or wait.</summary>
    Full,

    /// <summary>There is no session now, and this is not kept for the next one.</summary>
    NotConnected,

    /// <summary>Hot lane: the session is not in the room.</summary>
    NotInRoom,

    /// <summary>It is longer than the gateway takes.</summary>
    TooLarge,

    /// <summary>The client is closed, or was never connected.</summary>
    Closed
}
