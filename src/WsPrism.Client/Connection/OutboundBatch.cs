using WsPrism.Client.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Connection;

// Messages in order; Hot frames as bytes in one array that is used again and again. Guarded by its queue.
internal sealed class OutboundBatch
{
    private Entry[] _entries = new Entry[64];
    private byte[] _bytes = new byte[4096];
    private int _used;

    public int Count { get; private set; }

    public ref readonly Entry this[int index] => ref _entries[index];

    public void Add(ExtMessage message) => Add(new Entry(message, 0, 0));

    public void Add(in HotFrame frame, int length)
    {
        if (_used + length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + length));

        HotFrameWriter.Write(frame, _bytes.AsSpan(_used));
        Add(new Entry(null, _used, length));
        _used += length;
    }

    public ReadOnlyMemory<byte> BytesOf(in Entry entry) => _bytes.AsMemory(entry.Start, entry.Length);

    public void Clear()
    {
        Array.Clear(_entries, 0, Count);
        (Count, _used) = (0, 0);
    }

    private void Add(in Entry entry)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);

        _entries[Count++] = entry;
    }

    internal readonly record struct Entry(ExtMessage? Message, int Start, int Length);
}
