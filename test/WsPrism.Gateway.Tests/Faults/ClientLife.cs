namespace WsPrism.Gateway.Tests.Faults;

/// <summary>One session of a client, over all of its connections: what it heard, in the order in which it came. Its client's loop alone writes it.</summary>
/// <param name="Failure">Why it is not the session before; null for a client's first.</param>
/// <param name="WindowMs">The window that the gateway has told: by it a test knows which gateway that was.</param>
internal sealed record ClientLife(string? Failure, long WindowMs)
{
    /// <summary>Who said which of his messages.</summary>
    public List<(int Sender, int Number)> Heard { get; } = [];
}
