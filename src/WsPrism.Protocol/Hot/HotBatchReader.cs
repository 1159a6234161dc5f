using System.Buffers.Binary;

namespace WsPrism.Protocol.Hot;

/// <summary>
/// Walks the frames in the payload of a <see cref="HotFlags.Batch"/> frame: <c>count × [u16 length][Hot frame]</c>. Does not
/// allocate or throw; use one reader from one thread.
/// </summary>
/// <remarks>
/// The batch is malformed where a length runs past the end, bytes are left over, or an inner frame is shorter than a header or is
/// itself a batch. The fields of an inner frame are <see cref="HotFrameReader"/>'s to check.
/// </remarks>
public ref struct HotBatchReader
{
    private ReadOnlySpan<byte> _rest;
    private int _left;

    /// <summary>Starts at the first frame of <paramref name="batch"/>.</summary>
    public HotBatchReader(in HotFrame batch)
        : this(batch.Payload, batch.Count)
    {
    }

    /// <summary>Starts at the first of <paramref name="count"/> frames in <paramref name="payload"/>.</summary>
    public HotBatchReader(ReadOnlySpan<byte> payload, ushort count)
    {
        _rest = payload;
        _left = count;
        IsMalformed = count == 0 && !payload.IsEmpty;
    }

    /// <summary>Whether the batch turned out to be malformed. Final once <see cref="TryReadNext"/> has answered false.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>The next inner frame, or false at the end and where the batch is malformed: <see cref="IsMalformed"/> tells.</summary>
    public bool TryReadNext(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_left == 0 || IsMalformed)
            return false;

        if (!TryTake(out frame))
        {
            IsMalformed = true;
            return false;
        }

        _left--;
        IsMalformed = _left == 0 && !_rest.IsEmpty;
        return true;
    }

    private bool TryTake(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_rest.Length < sizeof(ushort))
            return false;

        var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        var body = _rest[sizeof(ushort)..];
        if (length < HotFrame.HeaderLength || length > body.Length || (body[2] & (byte)HotFlags.Batch) != 0)
            return false;

        frame = body[..length];
        _rest = body[length..];
        return true;
    }
}
