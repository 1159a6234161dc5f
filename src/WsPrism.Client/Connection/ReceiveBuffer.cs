using System.Buffers;

namespace WsPrism.Client.Connection;

// One message as it comes in parts. Grows to the bound and back: a message that was long does not hold its memory for ever. Owned by the receive loop.
internal sealed class ReceiveBuffer : IDisposable
{
    private const int Usual = 16 * 1024;

    private readonly int _bound;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Usual);
    private int _length;

    public ReceiveBuffer(int bound) => _bound = bound;

    /// <summary>Where the next part goes; empty where the message is longer than the bound.</summary>
    public Memory<byte> Rest()
    {
        if (_length > _bound)
            return default;

        if (_length == _bytes.Length)
            Resize(Math.Max(_bytes.Length, Math.Min(_bytes.Length * 2L, _bound + 1L)));

        return _bytes.AsMemory(_length);
    }

    public void Add(int count) => _length += count;

    public ReadOnlySpan<byte> Message => _bytes.AsSpan(0, _length);

    public bool IsTooLong => _length > _bound;

    public void Clear()
    {
        _length = 0;
        if (_bytes.Length > Usual * 64)
            Resize(Usual);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Resize(long length)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, int.MaxValue - 64));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
