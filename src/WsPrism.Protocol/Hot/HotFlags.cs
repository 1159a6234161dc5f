namespace WsPrism.Protocol.Hot;

/// <summary>The third byte of a Hot frame. Optional fields follow the header in the order of their bits.</summary>
[Flags]
public enum HotFlags : byte
{
    /// <summary>No flag: the payload follows the header at once.</summary>
    None = 0,

    /// <summary>A u32 sequence number, compared with <see cref="SequenceNumber"/>.</summary>
    Seq = 0x01,

    /// <summary>From a client: asks for an empty frame in answer. From the server: is that answer. No field.</summary>
    Ack = 0x02,

    /// <summary>A u32 conflation key: what this frame is the state of.</summary>
    Key = 0x04,

    /// <summary>A u32 session handle: who sent it. Server to client only.</summary>
    Sender = 0x08,

    /// <summary>A u32 room handle, where it is not the active room.</summary>
    Room = 0x10,

    /// <summary>Neither conflated nor dropped, and ordered with the other reliable Hot frames. No field.</summary>
    Reliable = 0x20,

    /// <summary>A u16 count; the payload is that many length-prefixed frames. Server to client only.</summary>
    Batch = 0x40,

    /// <summary>Reserved for an extension byte. Refused in version 1.</summary>
    Ext = 0x80
}
