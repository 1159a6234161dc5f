using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Delivery;

/// <summary>
/// What makes two lossy frames states of the same thing: (room, svc_id, opcode, sender or key). All receivers of a broadcast share one value.
/// </summary>
internal readonly record struct ConflationKey(uint Room, uint Discriminator, ushort Route, byte Namespace)
{
    private const byte BySender = 0;
    private const byte ByKey = 1;
    private const byte ByAcknowledgement = 2;
    private const byte ByBatch = 3;
    private const byte ByInstrument = 4;

    /// <summary>True for a value of an instrument of the market, whose number <see cref="Discriminator"/> is.</summary>
    public bool IsInstrument => Namespace == ByInstrument;

    /// <summary>True for the state of a sender, whose handle <see cref="Discriminator"/> is; 0 is the backend.</summary>
    public bool IsOfSender => Namespace == BySender;

    /// <summary>The key of a frame that a session sends to a room (0: to itself).</summary>
    public static ConflationKey For(uint room, uint sender, in HotFrame frame) =>
        (frame.Flags & HotFlags.Key) != 0
            ? new ConflationKey(room, frame.Key, RouteOf(frame), ByKey)
            : new ConflationKey(room, sender, RouteOf(frame), BySender);

    /// <summary>The key of an answer to ACK: each sequence number is a thing of its own, or one answer would swallow another.</summary>
    public static ConflationKey ForAcknowledgement(in HotFrame frame) => new(0, frame.Seq, RouteOf(frame), ByAcknowledgement);

    /// <summary>The key of a room's BATCH: the next one is merged with the one that waits.</summary>
    public static ConflationKey ForBatch(uint room) => new(room, 0, 0, ByBatch);

    /// <summary>The key of an instrument's value: one for each opcode, and none of a frame that comes another way.</summary>
    public static ConflationKey ForInstrument(in HotFrame frame) => new(0, frame.Key, RouteOf(frame), ByInstrument);

    private static ushort RouteOf(in HotFrame frame) => (ushort)((frame.SvcId << 8) | frame.Opcode);
}
