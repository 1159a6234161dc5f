namespace WsPrism.Protocol.Hot;

/// <summary>
/// One Hot frame. A field whose flag is not set is not on the wire and reads as zero.
/// <code>
/// [svc_id u8][opcode u8][flags u8] [seq u32]? [key u32]? [sender u32]? [room u32]? [count u16]? [payload …]
/// </code>
/// All numbers are little-endian.
/// </summary>
public readonly ref struct HotFrame
{
    /// <summary>The bytes every frame has: service, opcode, flags.</summary>
    public const int HeaderLength = 3;

    /// <summary>The bytes before the payload of a frame with every optional field.</summary>
    public const int MaxHeaderLength = HeaderLength + 4 * sizeof(uint) + sizeof(ushort);

    /// <summary>The tenant's number for the service that handles the frame.</summary>
    public byte SvcId { get; init; }

    /// <summary>What the frame means to that service.</summary>
    public byte Opcode { get; init; }

    /// <summary>Which fields are present, and how the frame is delivered.</summary>
    public HotFlags Flags { get; init; }

    /// <summary>The sequence number; on the wire with <see cref="HotFlags.Seq"/>.</summary>
    public uint Seq { get; init; }

    /// <summary>The conflation key; on the wire with <see cref="HotFlags.Key"/>.</summary>
    public uint Key { get; init; }

    /// <summary>The handle of the sending session; on the wire with <see cref="HotFlags.Sender"/>.</summary>
    public uint Sender { get; init; }

    /// <summary>The room handle; on the wire with <see cref="HotFlags.Room"/>.</summary>
    public uint Room { get; init; }

    /// <summary>How many frames the payload holds; on the wire with <see cref="HotFlags.Batch"/>. See <see cref="HotBatchReader"/>.</summary>
    public ushort Count { get; init; }

    /// <summary>Everything after the fields; may be empty. It points into the bytes the frame was read from.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Whether all of <paramref name="flags"/> are set.</summary>
    public bool Has(HotFlags flags) => (Flags & flags) == flags;
}
