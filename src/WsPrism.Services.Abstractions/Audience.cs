namespace WsPrism.Services;

/// <summary>Which members of a room get what is published to it.</summary>
public enum Audience : byte
{
    /// <summary>All members, the sender's session too.</summary>
    Everyone,

    /// <summary>All members but the sender's session.</summary>
    Others,
}
