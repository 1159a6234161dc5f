namespace WsPrism.Core.Policies;

/// <summary>What is to be done with a message.</summary>
internal enum PolicyDecision : byte
{
    /// <summary>It goes on to its service.</summary>
    Pass,

    /// <summary>It is thrown away without an answer.</summary>
    Drop,

    /// <summary>It is answered with an error.</summary>
    Reject,

    /// <summary>It is answered with an error and the session is closed.</summary>
    Close,
}
