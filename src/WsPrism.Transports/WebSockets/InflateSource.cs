namespace WsPrism.Transports.WebSockets;

/// <summary>
/// A compressed message as the stream an inflater reads: its bytes, the <c>00 00 FF FF</c> that the sender took off (RFC 7692 section 7.2.1),
/// and an empty last block, so that the inflater knows the end of a whole message. One that asks for more is inside of a block, and
/// the message was cut: DeflateStream alone passes that over in silence.
/// </summary>
internal sealed class InflateSource : Stream
{
    private PooledBuffer _bytes;
    private int _position;

    public InflateSource(ReadOnlySpan<byte> compressed)
    {
        ReadOnlySpan<byte> tail = [0x00, 0x00, 0xFF, 0xFF, 0x01, 0x00, 0x00, 0xFF, 0xFF];

        var length = compressed.Length + tail.Length;

        _bytes.Reserve(length, length);
        _bytes.Append(compressed, length);
        _bytes.Append(tail, length);
    }

    /// <summary>True once the inflater wanted more than there is.</summary>
    public bool IsStarved { get; private set; }

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
        var rest = _bytes.Span[_position..];
        var count = Math.Min(rest.Length, buffer.Length);

        IsStarved |= rest.IsEmpty;
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
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
