namespace WsPrism.Client;

/// <summary>A client has come into another state.</summary>
public sealed class StateChange
{
    internal StateChange(ClientState state, CloseReason? reason, TimeSpan delay)
    {
        State = state;
        Reason = reason;
        Delay = delay;
    }

    /// <summary>The state it is in now.</summary>
    public ClientState State { get; }

    /// <summary>Why the connection ended or the connect failed; null for <see cref="ClientState.Connecting"/> and <see cref="ClientState.Open"/>.</summary>
    public CloseReason? Reason { get; }

    /// <summary>How long the client waits before its next attempt; zero unless it is <see cref="ClientState.Reconnecting"/>.</summary>
    public TimeSpan Delay { get; }

    /// <inheritdoc/>
    public override string ToString() => Reason is null ? State.ToString() : $"{State}: {Reason}";
}
