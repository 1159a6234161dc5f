using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Hot;

/// <summary>What sequence numbers are counted for. KEY 0 and no KEY are two.</summary>
internal readonly record struct HotKey(byte SvcId, byte Opcode, HotFlags Fields, uint Key, uint Sender, uint Room)
{
    private const HotFlags Counted = HotFlags.Key | HotFlags.Sender | HotFlags.Room;

    // The gateway chooses the keys: a hash that nobody can foresee. And by hand, since the compiler's own asks a comparer for each field.
    public override int GetHashCode() => HashCode.Combine(Key, Sender, Room, SvcId << 16 | Opcode << 8 | (int)Fields);

    public bool Equals(HotKey other) =>
        Key == other.Key && Sender == other.Sender && Room == other.Room && SvcId == other.SvcId && Opcode == other.Opcode && Fields == other.Fields;

    /// <summary>
    /// Of a frame that came. The room is part of it: a sender counts over all of its rooms, and a newer frame of one room may overtake an older one of another.
    /// </summary>
    public static HotKey Of(in HotFrame frame) => new(frame.SvcId, frame.Opcode, frame.Flags & Counted, frame.Key, frame.Sender, frame.Room);

    /// <summary>Of a frame to be sent; the gateway counts without rooms.</summary>
    public static HotKey ToSend(byte svcId, byte opcode, uint? key) => new(svcId, opcode, key is null ? HotFlags.None : HotFlags.Key, key ?? 0, 0, 0);
}
