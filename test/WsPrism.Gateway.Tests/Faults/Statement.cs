namespace WsPrism.Gateway.Tests.Faults;

/// <summary>What its sender knows of a message.</summary>
internal enum StatementFate
{
    /// <summary>It has never been on a wire.</summary>
    Unsent,

    /// <summary>It was sent, and is sent again until it is answered.</summary>
    Sent,

    /// <summary>It was acknowledged.</summary>
    Acknowledged,

    /// <summary>Its session was lost before it was answered: it may have been acted on or not, and is not sent again.</summary>
    Doubtful,
}

/// <summary>One message of a client, by its number there. Its client's lock guards it.</summary>
internal sealed class Statement(int number, string text)
{
    public int Number => number;

    public string Text => text;

    public StatementFate Fate { get; set; }

    /// <summary>What the session in which it was acknowledged was told of its window.</summary>
    public long WindowMs { get; set; }
}
