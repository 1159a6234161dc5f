using System.Buffers.Binary;
using WsPrism.Client.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Connection;

// Messages in order, in arrays that are used again and again. Hot frames stand in one of bytes, each behind its length:
//
//     [i32 length][Hot frame] [i32 -1] [i32 length][Hot frame] …
//
// where -1 stands for the next envelope. Guarded by its queue.
internal sealed class OutboundBatch
{
    private const int LengthBytes = sizeof(int);
    private const int Envelope = -1;

    private byte[] _bytes = new byte[4096];
    private ExtMessage?[] _envelopes = new ExtMessage?[16];
    private int _written;
    private int _read;
    private int _added;
    private int _taken;

    public bool IsEmpty => _read == _written;

    /// <summary>Envelopes that were not taken.</summary>
    public ReadOnlySpan<ExtMessage?> Envelopes => _envelopes.AsSpan(_taken.._added);

    public void Add(ExtMessage message)
    {
        if (_added == _envelopes.Length)
            Array.Resize(ref _envelopes, _added * 2);

        _envelopes[_added++] = message;
        Grow(LengthBytes);
        Put(Envelope);
    }

    public void Add(in HotFrame frame, int length)
    {
        Grow(LengthBytes + length);
        Put(length);
        HotFrameWriter.Write(frame, _bytes.AsSpan(_written));
        _written += length;
    }

    /// <summary>Whether the next message is sure to be sent. A request is not: its caller may lose patience until its turn comes.</summary>
    public bool IsNextSure => !IsEmpty && (Length() != Envelope || !_envelopes[_taken]!.IsRequest);

    /// <summary>The next message: an envelope, or the bytes of a frame, which stay where they are until the batch is cleared.</summary>
    public ExtMessage? Take(out ReadOnlyMemory<byte> frame)
    {
        var length = Length();
        _read += LengthBytes;
        if (length == Envelope)
        {
            frame = default;
            var message = _envelopes[_taken];
            _envelopes[_taken++] = null;
            return message;
        }

        frame = _bytes.AsMemory(_read, length);
        _read += length;
        return null;
    }

    public void Clear()
    {
        Array.Clear(_envelopes, _taken, _added - _taken);
        (_written, _read, _added, _taken) = (0, 0, 0, 0);
    }

    private void Grow(int length)
    {
        if (_written + length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _written + length));
    }

    private void Put(int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_written), length);
        _written += LengthBytes;
    }

    private int Length() => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_read));
}
