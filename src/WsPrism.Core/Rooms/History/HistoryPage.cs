using WsPrism.Core.Delivery;

namespace WsPrism.Core.Rooms.History;

/// <summary>Messages of a room as they were at one moment. Whoever holds it owns one reference of each frame: dispose of it.</summary>
internal sealed class HistoryPage : IDisposable
{
    /// <summary>0 where the room keeps nothing.</summary>
    public ulong Epoch { get; init; }

    /// <summary>Offset of the oldest message kept; one more than <see cref="Last"/> where there is none.</summary>
    public ulong First { get; init; }

    /// <summary>Offset of the message published last.</summary>
    public ulong Last { get; init; }

    /// <summary>Offset of the first of <see cref="Messages"/>, where there are some.</summary>
    public ulong From { get; init; }

    /// <summary>In the order of their offsets, without a gap.</summary>
    public OutboundFrame[] Messages { get; init; } = [];

    /// <summary>True where there are more on the side to which the page was read.</summary>
    public bool HasMore { get; init; }

    /// <summary>Whether the position that was asked for is one of this history, with nothing missing after or before it; null where none was.</summary>
    public bool? IsRecovered { get; init; }

    /// <summary>True where a message is longer than a page may be, which is why there is none.</summary>
    public bool IsTooLong { get; init; }

    public void Dispose()
    {
        foreach (var message in Messages)
        {
            message.Release();
        }
    }
}
