namespace WsPrism.Core.Rooms.History;

/// <summary>What a join that said what it has was given.</summary>
internal enum ReplayOutcome : byte
{
    /// <summary>All that it had missed, be it nothing.</summary>
    Recovered,

    /// <summary>Nothing: not all of it is kept, or it is of another epoch.</summary>
    NotKept,

    /// <summary>Nothing: it would not fit into the session's queue.</summary>
    TooMuch,
}
