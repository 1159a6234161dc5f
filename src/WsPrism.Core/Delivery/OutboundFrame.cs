using System.Buffers;
using System.Diagnostics;

namespace WsPrism.Core.Delivery;

/// <summary>
/// The payload of one outbound frame: encoded once, shared by all receivers, immutable once published. Reference-counted: whoever holds it in a
/// queue or a mailbox owns one reference, and <see cref="Release"/> gives it back from any thread; the last one returns it to the pool.
/// </summary>
internal sealed class OutboundFrame
{
    /// <summary>The value of <see cref="ExpiresAtNs"/> of frames that live for ever.</summary>
    public const long Never = long.MaxValue;

    // Buffers up to this size stay with their pooled frame: most messages are small, and a second pool visit costs more than the bytes.
    private const int KeptBufferLength = 1_024;
    private const int Unknown = -1;

    private byte[] _buffer = [];
    private byte[]? _compressed;
    private int _compressedLength = Unknown;
    private int _references;
    private int _holders;
    private FrameTally? _tally;

    // A batch whose bytes nobody has asked for yet.
    private bool _isUnwritten;

    private OutboundFrame()
    {
    }

    /// <summary>What the frame is on the wire.</summary>
    public FrameKind Kind { get; private set; }

    /// <summary>The queue it waits in.</summary>
    public DeliveryClass Class { get; private set; }

    /// <summary>What it is the state of; only lossy frames have a meaningful one.</summary>
    public ConflationKey Key { get; private set; }

    /// <summary>Length of the payload in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the buffer that it holds.</summary>
    public int BufferLength => _buffer.Length;

    /// <summary>When its time to live is over, in nanoseconds on the shards' clock; of a batch the earliest of its states'. Set before it is published.</summary>
    public long ExpiresAtNs { get; set; }

    /// <summary>True for a state of a room with ticks: it travels in a BATCH and has no ROOM field yet. Set before it is published.</summary>
    public bool IsTickState { get; set; }

    /// <summary>Its place among the lossy states of its room, from 1 on (<see cref="Rooms.RoomOrder"/>); 0 for every other frame. Set before it is published.</summary>
    public long StateOrder { get; set; }

    /// <summary>The states of a BATCH; null for every other frame. It is one shard's own.</summary>
    public StateBatch? Batch { get; private set; }

    /// <summary>How many messages it is for the ledger: a state each.</summary>
    public int States => Batch is null ? 1 : Batch.Count;

    /// <summary>True for messages: pings, pongs and close frames are the connection's own and stay out of the ledger.</summary>
    public bool IsMessage => Kind is FrameKind.Text or FrameKind.Binary;

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload
    {
        get
        {
            if (_isUnwritten)
            {
                WriteBatch();
            }

            return _buffer.AsSpan(0, Length);
        }
    }

    /// <summary>The buffer to write into before the frame is published.</summary>
    public Span<byte> WritableBuffer => _buffer;

    /// <summary>A frame with room for <paramref name="capacity"/> bytes and one reference, the caller's.</summary>
    public static OutboundFrame Rent(FrameKind kind, DeliveryClass cls, int capacity, ConflationKey key = default)
    {
        var frame = OutboundFramePool.TryTake() ?? new OutboundFrame();
        Debug.Assert(frame._references == 0, "a pooled frame has no owner");
        frame._references = 1;
        frame.CountRented();
        frame.Kind = kind;
        frame.Class = cls;
        frame.Key = key;
        frame.ExpiresAtNs = Never;
        frame.IsTickState = false;
        frame.StateOrder = 0;
        frame.EnsureBuffer(capacity);
        frame.Length = capacity;
        return frame;
    }

    /// <summary>A BATCH of these states, which it takes over.</summary>
    public static OutboundFrame RentBatch(StateBatch states)
    {
        var frame = Rent(FrameKind.Binary, DeliveryClass.HotLossy, 0, ConflationKey.ForBatch(states.Room));
        frame.Batch = states;
        frame.Length = BatchBuilder.EncodedLength(states);
        frame._isUnwritten = true;
        frame.ExpiresAtNs = states.EarliestExpiryNs;
        frame.IsTickState = true;
        return frame;
    }

    /// <summary>Cuts the payload to what was written.</summary>
    public void SetLength(int length) => Length = length;

    /// <summary>Takes <paramref name="count"/> more references.</summary>
    public void AddReferences(int count = 1) => Interlocked.Add(ref _references, count);

    /// <summary>Counts a resume buffer that keeps the frame, beside the reference that it owns; true for the first.</summary>
    public bool AddHolder() => Interlocked.Increment(ref _holders) == 1;

    /// <summary>The opposite; true for the last.</summary>
    public bool RemoveHolder() => Interlocked.Decrement(ref _holders) == 0;

    /// <summary>
    /// The payload's compressed form, made by the first receiver that wants one and shared by the rest; false where it is not smaller. Any thread that
    /// holds a reference may ask.
    /// </summary>
    public bool TryGetCompressed(IPayloadCompressor compressor, out ReadOnlySpan<byte> compressed)
    {
        lock (this)
        {
            if (_compressedLength == Unknown)
            {
                _compressed = ArrayPool<byte>.Shared.Rent(Length);
                _compressedLength = compressor.TryCompress(Payload, _compressed, out var written) ? written : 0;
            }

            compressed = _compressed.AsSpan(0, _compressedLength);
            return _compressedLength > 0;
        }
    }

    /// <summary>Gives <paramref name="count"/> references back.</summary>
    public void Release(int count = 1)
    {
        var left = Interlocked.Add(ref _references, -count);
        Debug.Assert(left >= 0, "a frame was released more often than it was held");
        if (left != 0)
        {
            return;
        }

        Debug.Assert(_holders == 0, "who keeps a frame for a resume has a reference");
        Batch?.Release();
        Batch = null;
        _isUnwritten = false;
        Poison();
        CountReturned();
        if (_compressed is not null)
        {
            ArrayPool<byte>.Shared.Return(_compressed);
            _compressed = null;
        }

        _compressedLength = Unknown;
        if (_buffer.Length > KeptBufferLength)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        OutboundFramePool.Return(this);
    }

    private void WriteBatch()
    {
        EnsureBuffer(Length);
        BatchBuilder.Write(Batch!, _buffer);
        _isUnwritten = false;
    }

    private void EnsureBuffer(int length)
    {
        if (_buffer.Length < length)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(length, 256));
        }
    }

    [Conditional("DEBUG")]
    private void CountRented()
    {
        _tally = FrameTally.Current;
        _tally?.Add(1);
    }

    [Conditional("DEBUG")]
    private void CountReturned()
    {
        _tally?.Add(-1);
        _tally = null;
    }

    // Whoever still reads what it has given back reads nonsense.
    [Conditional("DEBUG")]
    private void Poison() => _buffer.AsSpan().Fill(0xFF);
}
