namespace WsPrism.Transports.WebSockets;

/// <summary>The stream a deflater writes to: keeps so many bytes, and of more only that there were more.</summary>
internal sealed class DeflateTarget : Stream
{
    private readonly int _capacity;
    private PooledBuffer _bytes;

    public DeflateTarget(int capacity)
    {
        _capacity = capacity;
    }

    public bool HasOverflowed { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.Span;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        HasOverflowed |= buffer.Length > _capacity - _bytes.Length;

        if (!HasOverflowed)
            _bytes.Append(buffer, _capacity);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Write(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        throw new NotSupportedException();
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        throw new NotSupportedException();
    }

    public override void SetLength(long value)
    {
        throw new NotSupportedException();
    }

    protected override void Dispose(bool disposing)
    {
        _bytes.Release();
        base.Dispose(disposing);
    }
}
