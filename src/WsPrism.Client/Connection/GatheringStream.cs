#if !NETSTANDARD2_1
using System.Runtime.CompilerServices;

namespace WsPrism.Client.Connection;

// Between a WebSocket and its connection, above TLS: what the WebSocket writes is kept while it is told that more comes, and goes out with the last of it as one write, which is
// one system call and one record of TLS instead of one for each message. The WebSocket writes one frame after the other, its own pongs too, so that nothing here is locked; only
// who sends says what is to be held back.
internal sealed class GatheringStream : Stream
{
    // What one record of TLS holds.
    private const int Most = 16 * 1024;

    private readonly Stream _connection;
    private byte[] _kept = [];
    private int _length;
    private volatile bool _holdsBack;

    public GatheringStream(Stream connection) => _connection = connection;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>How many bytes are held back.</summary>
    public int Kept => _length;

    /// <summary>Whether something is sure to be written after what is written next.</summary>
    public void HoldBack(bool isMoreSure) => _holdsBack = isMoreSure;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_length == 0 && (!_holdsBack || buffer.Length > Most))
            return _connection.WriteAsync(buffer, cancellationToken);

        if (buffer.Length > Most - _length)
            return WriteInTurnAsync(buffer, cancellationToken);

        Keep(buffer);
        return _holdsBack ? default : WriteKeptAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _holdsBack ? Task.CompletedTask : _connection.FlushAsync(cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _connection.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _connection.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A WebSocket does all that it does asynchronously.
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _connection.Dispose();

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteInTurnAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation)
    {
        await WriteKeptAsync(cancellation).ConfigureAwait(false);
        if (_holdsBack && buffer.Length <= Most)
            Keep(buffer);
        else
            await _connection.WriteAsync(buffer, cancellation).ConfigureAwait(false);
    }

    private void Keep(ReadOnlyMemory<byte> buffer)
    {
        if (_kept.Length == 0)
            _kept = new byte[Most];

        buffer.CopyTo(_kept.AsMemory(_length));
        _length += buffer.Length;
    }

    // The next write comes when this one is over: until then the bytes stay as they are.
    private ValueTask WriteKeptAsync(CancellationToken cancellation)
    {
        var kept = _kept.AsMemory(0, _length);
        _length = 0;
        return _connection.WriteAsync(kept, cancellation);
    }
}
#endif
