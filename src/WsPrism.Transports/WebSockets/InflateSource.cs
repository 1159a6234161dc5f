namespace WsPrism.Transports.WebSockets;

/// <summary>
/// A compressed message as the stream an inflater reads: its bytes, the <c>00 00 FF FF</c> that the sender took off (RFC 7692 section 7.2.1),
/// and an empty last block, so that the inflater knows the end of a whole message.
/// </summary>
/// <remarks>
/// DeflateStream passes over in silence what ends inside of a block and what stands behind the last one. So the bytes are dealt in portions that
/// end where a message can: how far the inflater had to ask tells where its last block ended.
/// </remarks>
internal sealed class InflateSource : Stream
{
    private readonly int _messageLength;
    private PooledBuffer _bytes;
    private int _position;
    private bool _isStarved;

    public InflateSource(ReadOnlySpan<byte> compressed)
    {
        ReadOnlySpan<byte> tail = [0x00, 0x00, 0xFF, 0xFF];
        ReadOnlySpan<byte> lastBlock = [0x01, 0x00, 0x00, 0xFF, 0xFF];

        var length = compressed.Length + tail.Length + lastBlock.Length;

        _bytes.Append(compressed, length);
        _bytes.Append(tail, length);
        _bytes.Append(lastBlock, length);
        _messageLength = compressed.Length;
    }

    /// <summary>
    /// Asked of an inflater that has finished: was it given a whole message and no more? Usually it finished with our last block. A sender
    /// may end with a last block of its own, behind which stands one 00 (section 7.2.3.4) and nothing else.
    /// </summary>
    public bool IsWhole
    {
        get
        {
            if (_isStarved)
                return false;

            return _position == _bytes.Length
                || _position == _messageLength
                || (_position == _messageLength - 1 && _bytes.Span[_position] == 0);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var rest = _bytes.Span[_position..FindPortionEnd()];
        var count = Math.Min(rest.Length, buffer.Length);

        _isStarved |= rest.IsEmpty;
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    private int FindPortionEnd()
    {
        // All but the last two bytes, each of those, then tail and last block.
        ReadOnlySpan<int> ends = [_messageLength - 2, _messageLength - 1, _messageLength, _messageLength + 4];

        foreach (var end in ends)
        {
            if (end > _position)
                return end;
        }

        return _bytes.Length;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        return Read(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        throw new NotSupportedException();
    }

    public override void SetLength(long value)
    {
        throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        throw new NotSupportedException();
    }

    protected override void Dispose(bool disposing)
    {
        _bytes.Release();
        base.Dispose(disposing);
    }
}
