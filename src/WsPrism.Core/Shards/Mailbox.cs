using System.Collections.Concurrent;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Shards;

/// <summary>
/// What other threads have for a shard: many write, the shard alone reads. What a client can put here is bounded by back-pressure: while any shard's
/// mailbox is over <see cref="HighWater"/>, no shard reads from its connections (see <see cref="Shard.RunPass"/>), so it grows by at most one read of each.
/// </summary>
internal sealed class Mailbox
{
    /// <summary>Items from which on reading pauses.</summary>
    public const int HighWater = 8_192;

    private readonly ConcurrentQueue<MailboxItem> _items = new();
    private int _count;

    /// <summary>True where there is nothing to read.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>True while the shard cannot keep up.</summary>
    public bool IsOverHighWater => Volatile.Read(ref _count) > HighWater;

    public void Post(in MailboxItem item)
    {
        // Counted first: a reader that sees the item must not take the count below zero.
        Interlocked.Increment(ref _count);
        _items.Enqueue(item);
    }

    public bool TryTake(out MailboxItem item)
    {
        if (!_items.TryDequeue(out item))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        return true;
    }
}

/// <summary>
/// One item: either work, or a broadcast to this shard's members of a room, or its frame alone for one receiver or for work with it. It is a value so that
/// publishing allocates nothing.
/// </summary>
internal readonly record struct MailboxItem(IShardWork? Work, Broadcast Broadcast, Session? Receiver = null, IFrameWork? FrameWork = null);

/// <summary>
/// A frame for the members of a room. <see cref="WithRoom"/> is the other encoding of a Hot frame, for receivers whose active room is another; null where
/// one encoding serves all. <see cref="Offset"/> is its place in the room's history, 0 for none: members that have it from a replay do not get it again. Whoever
/// holds the value owns one reference of each frame.
/// </summary>
internal readonly record struct Broadcast(Room Room, OutboundFrame Frame, OutboundFrame? WithRoom, Session? Except, ulong Offset = 0);
