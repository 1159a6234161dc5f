using WsPrism.Protocol;

namespace WsPrism.Core.Rooms.History;

/// <summary>What became of a publish to a room with a history.</summary>
internal enum PublishVerdict : byte
{
    /// <summary>It is on its way to the members; a waiter has heard.</summary>
    Done,

    /// <summary>It waits to be stored; a waiter will hear.</summary>
    Pending,

    /// <summary>It would have to wait, and nobody is there to hear of it: nothing was done.</summary>
    NeedsWaiter,

    /// <summary>As many as may wait to be stored: nothing was done.</summary>
    Full,

    /// <summary>There is nothing to store it in: nothing was done.</summary>
    NoStore,

    /// <summary>The history is not the room's any more: nothing was done, the room has another one.</summary>
    Forgotten,
}

/// <summary>What clients and backends are told of a <see cref="PublishVerdict"/>.</summary>
internal static class PublishVerdicts
{
    public const string FullText = "Too many messages wait to be stored: nobody got this one.";
    public const string NotStoredText = "The message could not be stored: nobody got it.";

    /// <summary><see cref="ErrorCode.None"/> where nothing was refused.</summary>
    public static ErrorCode Refusal(this PublishVerdict verdict) => verdict switch
    {
        PublishVerdict.Full => ErrorCode.ResourceExhausted,
        PublishVerdict.NoStore => ErrorCode.ServiceUnavailable,
        _ => ErrorCode.None,
    };

    public static string Text(ErrorCode refusal) => refusal == ErrorCode.ResourceExhausted ? FullText : NotStoredText;
}
