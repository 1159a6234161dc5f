namespace WsPrism.Protocol.Hot;

/// <summary>Who sent a Hot frame, which decides the flags it may carry.</summary>
public enum HotDirection : byte
{
    /// <summary>From a client: <see cref="HotFlags.Sender"/> and <see cref="HotFlags.Batch"/> are refused.</summary>
    FromClient,

    /// <summary>From the server: every flag of version 1 is accepted.</summary>
    FromServer
}
