using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Delivery;

/// <summary>
/// Makes BATCH frames (PROTOCOL §5, tick) of single states, and new ones of old ones: merged, without some of their states, cut. Bytes are written only when a
/// frame is about to go, so that a receiver that is behind costs a few pointers a tick and no copies. A state is kept as it was
/// published, without ROOM; for a receiver whose active room is another the field is put in here. One per shard, owned by its thread; nothing allocates once
/// its pools are filled.
/// <code>
/// [svc_id, opcode of the first][flags: BATCH, ROOM][room u32]? [count u16] count × [length u16][frame, ROOM or not as the outer one]
/// </code>
/// </summary>
internal sealed class BatchBuilder
{
    /// <summary>The count is a u16.</summary>
    public const int MaxStates = ushort.MaxValue;

    /// <summary>Longest state for a batch: its length is a u16, and ROOM may come in.</summary>
    public const int MaxStateLength = ushort.MaxValue - sizeof(uint);

    /// <summary>Longest batch: what <c>max_frame_bytes</c> may be at most. Nobody expects a longer message.</summary>
    public const int MaxLength = 16_777_216;

    /// <summary>The header of a batch without ROOM.</summary>
    public const int OuterLength = HotFrame.HeaderLength + sizeof(ushort);

    private const HotFlags FieldsBeforeRoom = HotFlags.Seq | HotFlags.Key | HotFlags.Sender;

    private readonly Stack<StateBatch> _pool = new();
    private readonly List<OutboundFrame> _states = [];
    private ConflationQueue _merging;
    private long _length;

    // The last merge of a tick: receivers that stand alike get the same frame. Holds a reference of each.
    private bool _isSharing;
    private OutboundFrame? _older;
    private OutboundFrame? _newer;
    private OutboundFrame? _merged;
    private (int Conflated, int Overflow) _mergedAway;

    /// <summary>How many states a queue may hold under this limit: one batch takes them all.</summary>
    public static int Bound(int hotMaxKeys) => Math.Min(hotMaxKeys, MaxStates);

    /// <summary>Forgets what was added and not built.</summary>
    public void Begin()
    {
        _states.Clear();
        _length = HotFrame.MaxHeaderLength;
    }

    /// <summary>Adds a state, whose reference stays the caller's; false where it makes the batch too long or is too long for any.</summary>
    public bool TryAdd(OutboundFrame state)
    {
        if (!CanAdd(state))
        {
            return false;
        }

        _length += LengthOf(state);
        _states.Add(state);
        return true;
    }

    /// <summary>Whether <see cref="TryAdd"/> would.</summary>
    public bool CanAdd(OutboundFrame state) =>
        state.Length <= MaxStateLength && _length + LengthOf(state) <= MaxLength && _states.Count < MaxStates;

    /// <summary>The batch of what was added, with one reference for the caller; null where nothing was.</summary>
    public OutboundFrame? Build(uint room, bool hasRoom)
    {
        if (_states.Count == 0)
        {
            return null;
        }

        var batch = OutboundFrame.RentBatch(StateBatch.Rent(_pool, CollectionsMarshal.AsSpan(_states), room, hasRoom));
        _states.Clear();
        return batch;
    }

    /// <summary>True where the encoding says which room the frame, a batch or not, is from.</summary>
    public static bool HasRoom(OutboundFrame frame) => frame.Batch?.HasRoom ?? ((HotFlags)frame.Payload[2] & HotFlags.Room) != 0;

    /// <summary>The same states for receivers whose active room is another.</summary>
    public OutboundFrame WithRoom(StateBatch batch)
    {
        Begin();
        foreach (var state in batch.States)
        {
            TryAdd(state);
        }

        return Build(batch.Room, hasRoom: true)!;
    }

    /// <summary>A state that is too long for a batch, for receivers whose active room is another.</summary>
    public static OutboundFrame WithRoom(OutboundFrame state)
    {
        var frame = OutboundFrame.Rent(state.Kind, state.Class, state.Length + sizeof(uint), state.Key);
        WriteWithRoom(state.Payload, state.Key.Room, frame.WritableBuffer);
        frame.ExpiresAtNs = state.ExpiresAtNs;
        return frame;
    }

    /// <summary>
    /// The latest state of every key of both batches, in the order in which the keys first had something pending, for the newer one's view; the oldest go
    /// where there are more than <paramref name="maxStates"/>. Both batches stay the caller's.
    /// </summary>
    public OutboundFrame Merge(OutboundFrame older, OutboundFrame newer, int maxStates, out int conflated, out int overflow)
    {
        if (_isSharing && ReferenceEquals(older, _older) && ReferenceEquals(newer, _newer))
        {
            (conflated, overflow) = _mergedAway;
            _merged!.AddReferences();
            return _merged;
        }

        var merged = MergeAnew(older, newer, maxStates, out conflated, out overflow);
        if (_isSharing)
        {
            ForgetMerge();
            (_older, _newer, _merged, _mergedAway) = (older, newer, merged, (conflated, overflow));
            older.AddReferences();
            newer.AddReferences();
            merged.AddReferences();
        }

        return merged;
    }

    /// <summary>Begins and ends a walk over receivers of one tenant, many of which may have the same two batches to merge.</summary>
    public void Share(bool isSharing)
    {
        _isSharing = isSharing;
        ForgetMerge();
    }

    private OutboundFrame MergeAnew(OutboundFrame older, OutboundFrame newer, int maxStates, out int conflated, out int overflow)
    {
        var length = (long)HotFrame.MaxHeaderLength;
        (conflated, overflow) = (0, 0);
        foreach (var state in older.Batch!.States)
        {
            _merging.Put(state);
            length += LengthOf(state);
        }

        foreach (var state in newer.Batch!.States)
        {
            length += LengthOf(state);
            if (_merging.Put(state) is { } replaced)
            {
                length -= LengthOf(replaced);
                conflated++;
            }
        }

        for (; _merging.Count > Bound(maxStates) || length > MaxLength; overflow++)
        {
            length -= LengthOf(_merging.Dequeue());
        }

        Begin();
        while (_merging.Count > 0)
        {
            TryAdd(_merging.Dequeue());
        }

        return Build(newer.Batch.Room, newer.Batch.HasRoom)!;
    }

    /// <summary>What is left of a frame, a batch or not, when the filter's states are gone; null where nothing is. Takes over a reference and gives one.</summary>
    public OutboundFrame? Without(OutboundFrame frame, in StateFilter filter, out int dropped)
    {
        dropped = 0;
        if (frame.Batch is null)
        {
            if (!filter.Drops(frame))
            {
                return frame;
            }

            dropped = 1;
            frame.Release();
            return null;
        }

        Begin();
        foreach (var state in frame.Batch.States)
        {
            if (filter.Drops(state))
            {
                dropped++;
            }
            else
            {
                TryAdd(state);
            }
        }

        return dropped == 0 ? frame : Replace(frame);
    }

    /// <summary>A batch without its oldest states, of which some are left. Takes over a reference and gives one.</summary>
    public OutboundFrame WithoutOldest(OutboundFrame frame, int count)
    {
        Begin();
        foreach (var state in frame.Batch!.States[count..])
        {
            TryAdd(state);
        }

        return Replace(frame)!;
    }

    private void ForgetMerge()
    {
        _older?.Release();
        _newer?.Release();
        _merged?.Release();
        _older = _newer = _merged = null;
    }

    private OutboundFrame? Replace(OutboundFrame frame)
    {
        var left = Build(frame.Batch!.Room, frame.Batch.HasRoom);
        frame.Release();
        return left;
    }

    private static int LengthOf(OutboundFrame state) => sizeof(ushort) + state.Length + sizeof(uint);

    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    public static int EncodedLength(StateBatch batch)
    {
        var view = batch.HasRoom ? sizeof(uint) : 0;
        var length = OuterLength + view;
        foreach (var state in batch.States)
        {
            length += sizeof(ushort) + state.Length + view;
        }

        return length;
    }

    /// <summary>Writes the frame that a batch is on the wire.</summary>
    public static void Write(StateBatch batch, Span<byte> destination)
    {
        var states = batch.States;
        var (room, hasRoom) = (batch.Room, batch.HasRoom);
        var rest = destination[HotFrameWriter.Write(
            new HotFrame
            {
                SvcId = states[0].Payload[0],
                Opcode = states[0].Payload[1],
                Flags = hasRoom ? HotFlags.Batch | HotFlags.Room : HotFlags.Batch,
                Room = room,
                Count = (ushort)states.Length,
            },
            destination)..];
        foreach (var state in states)
        {
            var length = state.Length + (hasRoom ? sizeof(uint) : 0);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)length);
            rest = rest[sizeof(ushort)..];
            if (hasRoom)
            {
                WriteWithRoom(state.Payload, room, rest);
            }
            else
            {
                state.Payload.CopyTo(rest);
            }

            rest = rest[length..];
        }
    }

    // ROOM is the last of the fields but for BATCH's, which no inner frame has: it goes in behind the others.
    private static void WriteWithRoom(ReadOnlySpan<byte> frame, uint room, Span<byte> destination)
    {
        var head = HotFrame.HeaderLength + (sizeof(uint) * BitOperations.PopCount(frame[2] & (uint)FieldsBeforeRoom));
        frame[..head].CopyTo(destination);
        destination[2] |= (byte)HotFlags.Room;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[head..], room);
        frame[head..].CopyTo(destination[(head + sizeof(uint))..]);
    }
}
