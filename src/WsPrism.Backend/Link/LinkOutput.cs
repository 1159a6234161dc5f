using System.Buffers.Binary;
using WsPrism.Core.Delivery;

namespace WsPrism.Backend.Link;

/// <summary>
/// What goes to the wire next, as whole messages. Hot frames that follow each other share one binary message. Owned by the worker's strand.
/// <code>
/// [u32 length of what follows][u8 op = 1][Hot frame]   one item of a binary message, little-endian
/// </code>
/// </summary>
internal sealed class LinkOutput(ILinkWire wire)
{
    private const int LongHeader = 10;
    private const int ShortHeader = 4;
    private const int ItemHeader = sizeof(uint) + 1;

    // Below 65,536, from where on the header is longer than what is kept free for it.
    private const int MaxSharedMessage = 60_000;
    private const int None = -1;

    private byte[] _buffer = new byte[4_096];
    private int _length;
    private int _shared = None;

    /// <summary>Bytes to write; complete only after <see cref="Written"/>.</summary>
    public int Length => _length;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            CloseShared();
            return _buffer.AsMemory(0, _length);
        }
    }

    /// <summary>Adds a message of its own.</summary>
    public void Add(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        CloseShared();
        var room = Reserve(LongHeader + payload.Length);
        var header = wire.WriteHeader(room, kind, payload.Length);
        payload.CopyTo(room[header..]);
        _length += header + payload.Length;
    }

    /// <summary>Adds a text message in two parts.</summary>
    public void AddText(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest)
    {
        CloseShared();
        var room = Reserve(LongHeader + head.Length + rest.Length);
        var header = wire.WriteHeader(room, FrameKind.Text, head.Length + rest.Length);
        head.CopyTo(room[header..]);
        rest.CopyTo(room[(header + head.Length)..]);
        _length += header + head.Length + rest.Length;
    }

    /// <summary>Adds a Hot frame.</summary>
    public void AddFrame(ReadOnlySpan<byte> frame)
    {
        var length = ItemHeader + frame.Length;
        if (length > MaxSharedMessage)
        {
            CloseShared();
            var own = Reserve(LongHeader + length);
            var header = wire.WriteHeader(own, FrameKind.Binary, length);
            WriteItem(own[header..], frame);
            _length += header + length;
            return;
        }

        if (_shared != None && _length - _shared + length > MaxSharedMessage)
        {
            CloseShared();
        }

        var room = Reserve(ShortHeader + length);
        if (_shared == None)
        {
            _shared = _length;
            _length += ShortHeader;
            room = room[ShortHeader..];
        }

        WriteItem(room, frame);
        _length += length;
    }

    public void Clear()
    {
        _length = 0;
        _shared = None;
        if (_buffer.Length > 2 * MaxSharedMessage)
        {
            _buffer = new byte[4_096];
        }
    }

    private static void WriteItem(Span<byte> destination, ReadOnlySpan<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(frame.Length + 1));
        destination[sizeof(uint)] = (byte)LinkOp.Frame;
        frame.CopyTo(destination[ItemHeader..]);
    }

    // The header is known only now; where it is shorter than what was kept free for it, what follows moves up.
    private void CloseShared()
    {
        if (_shared == None)
        {
            return;
        }

        var payload = _buffer.AsSpan(_shared + ShortHeader, _length - _shared - ShortHeader);
        var header = wire.WriteHeader(_buffer.AsSpan(_shared), FrameKind.Binary, payload.Length);
        if (header < ShortHeader)
        {
            payload.CopyTo(_buffer.AsSpan(_shared + header));
            _length -= ShortHeader - header;
        }

        _shared = None;
    }

    private Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _length < length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + length));
        }

        return _buffer.AsSpan(_length);
    }
}
