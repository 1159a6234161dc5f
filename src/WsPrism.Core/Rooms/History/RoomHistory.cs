using WsPrism.Core.Delivery;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Shards;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.Core.Rooms.History;

/// <summary>
/// What one room has said of late, and the order in which it says it: whoever publishes takes the room's lock, and under it the offset, the encoding (the offset
/// is in it) and the places in all shards' mailboxes. So every shard sees one order, and a member that joins under the same lock stands between two messages.
/// It outlives its <see cref="Room"/>, which goes with the last member. Safe for all threads; the lock is held for one message, a page or a replay, and nothing
/// is waited for under it.
/// <para>
/// Where the rule stores, a publish first waits in the <see cref="HistoryWriter"/>'s queue, which it enters under the lock too; the writer gives it its offset
/// (<see cref="Assign"/>), stores it, and only then says it (<see cref="Commit"/>). While something of the room waits there, all that is published goes that way,
/// whatever a reload has made of the rule.
/// </para>
/// </summary>
internal sealed class RoomHistory
{
    /// <summary>What an offset takes in an envelope at most.</summary>
    public const int MaxOffsetLength = 30;

    private readonly Lock _gate = new();
    private readonly TenantHistory _owner;
    private HistoryRule _rule;
    private KeptMessages _kept;
    private Room? _room;
    private ulong _epoch;
    private ulong _head;

    // Offsets given out; ahead of the head by those that are being stored.
    private ulong _assigned;
    private ulong _storedFrom = 1;
    private int _pending;
    private long _publishedMs;
    private bool _isForgotten;

    public RoomHistory(TenantHistory owner, string name, HistoryRule rule)
    {
        _owner = owner;
        _rule = rule;
        _publishedMs = owner.NowMs;
        _epoch = EpochText.Create();
        Name = name;
        NameUtf8 = System.Text.Encoding.UTF8.GetBytes(name);
    }

    public string Name { get; }

    public byte[] NameUtf8 { get; }

    /// <summary>How long an envelope of this room is at most when it is encoded.</summary>
    public int MaxLengthOf(in OutboundEnvelope envelope) =>
        ServerPublisher.LengthOf(envelope.Svc.Length, envelope.Type.Length, envelope.Data.Length, NameUtf8) + MaxOffsetLength;

    /// <summary>True while somebody is in the room; changes under the owner's lock alone.</summary>
    public bool IsOccupied => Volatile.Read(ref _room) is not null;

    /// <summary>When something was published last.</summary>
    public long PublishedMs => Volatile.Read(ref _publishedMs);

    /// <summary>The room that its members are in from now on; null for nobody. Under the owner's lock.</summary>
    public void Occupy(Room? room)
    {
        lock (_gate)
        {
            _room = room;
        }
    }

    /// <summary>
    /// Publishes an envelope of this room: gives it the next offset, keeps it and leaves it at the shards that have members. Where it was stored before, the
    /// waiter hears later.
    /// </summary>
    public PublishVerdict Publish(in OutboundEnvelope envelope, in PublishOptions options)
    {
        ulong offset;
        Task<int>? receivers;
        lock (_gate)
        {
            if (_isForgotten)
            {
                return PublishVerdict.Forgotten;
            }

            if (!options.IsTransient && (_rule is { IsOn: true, IsStored: true } || _pending > 0))
            {
                return Store(envelope, options);
            }

            var keeps = _rule.IsOn && !options.IsTransient;
            offset = keeps ? _head + 1 : 0;
            var frame = Encode(envelope, offset);
            if (keeps)
            {
                Keep(frame, offset);
            }

            receivers = PostAsync(frame, offset, options);
        }

        options.Waiter?.Published(ErrorCode.None, offset, receivers);
        _owner.KeepToBounds();
        return PublishVerdict.Done;
    }

    /// <summary>Gives a publish that is about to be stored its offset; by the writer, one after the other.</summary>
    public void Assign(HistoryOperation publish)
    {
        lock (_gate)
        {
            // A reload may have taken the store, or all of the history, from the room meanwhile: it is said in its turn all the same.
            publish.IsStored = _rule is { IsOn: true, IsStored: true } && !_isForgotten;
            publish.Epoch = _epoch;
            publish.Offset = _rule.IsOn ? ++_assigned : 0;
            publish.AtUnixMs = _owner.UnixNowMs;
            publish.Frame = Encode(publish.Envelope, publish.Offset);
        }
    }

    /// <summary>Says what is stored.</summary>
    public void Commit(HistoryOperation publish)
    {
        Task<int>? receivers = null;
        var code = ErrorCode.None;
        lock (_gate)
        {
            _pending--;
            if (_isForgotten)
            {
                publish.Frame!.Release();
                code = ErrorCode.ServiceUnavailable;
            }
            else
            {
                if (publish.Offset > 0)
                {
                    Keep(publish.Frame!, publish.Offset);
                }

                receivers = PostAsync(publish.Frame!, publish.Offset, publish.Options);
            }
        }

        publish.Options.Waiter?.Published(code, publish.Offset, receivers);
        _owner.KeepToBounds();
    }

    /// <summary>Takes back what could not be stored, and with it the offsets of all that was assigned after the head.</summary>
    public void TakeBack(HistoryOperation publish, ErrorCode code)
    {
        lock (_gate)
        {
            _pending--;
            _assigned = _head;
        }

        publish.Frame?.Release();
        publish.Options.Waiter?.Published(code, 0, null);
    }

    /// <summary>
    /// Makes a session a member: from here on it gets what is published, and before that what it has missed since a position, if that can be said. On the
    /// session's shard.
    /// </summary>
    public RoomReplay Enter(Membership membership, HistoryPosition? since, int maxMessages)
    {
        lock (_gate)
        {
            membership.LiveAfter = _head;
            membership.Slice.NoteLiveAfter(_head);
            membership.Slice.Add(membership);
            if (!_rule.IsOn)
            {
                return new RoomReplay { IsComplete = since is null ? null : false };
            }

            Expire(_owner.NowMs);
            var replay = new RoomReplay { Epoch = _epoch, Offset = _head };
            return since is not { } position ? replay
                : !IsKept(position) ? replay with { IsComplete = false }
                : _head - position.Offset > (ulong)maxMessages ? replay with { IsComplete = false, IsTooMuch = true }
                : replay with { IsComplete = true, Messages = Take(position.Offset + 1, _head) };
        }
    }

    /// <summary>Where a member that is in already stands: after this offset all is still to come to it.</summary>
    public RoomReplay Stand(HistoryPosition? since)
    {
        lock (_gate)
        {
            return new RoomReplay { Epoch = _rule.IsOn ? _epoch : 0, Offset = _head, IsComplete = since is null ? null : false };
        }
    }

    /// <summary>Reads a page.</summary>
    public HistoryPage Read(in HistoryQuery query)
    {
        lock (_gate)
        {
            if (!_rule.IsOn)
            {
                return new HistoryPage { First = 1, IsRecovered = query.Since is null && query.Before is null ? null : false };
            }

            Expire(_owner.NowMs);
            return HistoryReader.Read(query, _kept, _epoch, _head);
        }
    }

    /// <summary>
    /// Follows a change of the rule. Less room or time: what has no place any more goes, the oldest first. Another store, or none: what was kept goes, and the epoch is
    /// another one; offsets go on, for members count by them.
    /// </summary>
    public void Configure(HistoryRule rule)
    {
        lock (_gate)
        {
            var before = _rule;
            _rule = rule;
            if (before.IsOn != rule.IsOn || before.IsStored != rule.IsStored)
            {
                if (before is { IsOn: true, IsStored: true })
                {
                    _owner.Writer?.Forget(_owner.TenantId, Name);
                }

                DropAll();
                _epoch = EpochText.Create();
                _storedFrom = _head + 1;
            }

            Trim();
            Expire(_owner.NowMs);
        }
    }

    /// <summary>Takes over what was stored. Before anybody else has the history.</summary>
    public void Restore(StoredRoom stored)
    {
        lock (_gate)
        {
            _epoch = stored.Epoch;
            _head = _assigned = stored.Head;
            var age = _owner.UnixNowMs;
            foreach (var message in stored.Messages)
            {
                var frame = OutboundFrame.Rent(FrameKind.Text, DeliveryClass.Ext, message.Bytes.Length);
                message.Bytes.CopyTo(frame.WritableBuffer);
                var keptMs = Math.Clamp(age - message.AtUnixMs, 0, _rule.TtlMs);
                _kept.Add(frame, _owner.NowMs - keptMs);
                _owner.Count(1, KeptMessages.SizeOf(frame));
            }

            _storedFrom = _head + 1 - (ulong)_kept.Count;
            Trim();
            Expire(_owner.NowMs);
        }
    }

    /// <summary>Lets go of what is too old, here and where it is stored; true where nothing is left and nobody has published for so long.</summary>
    public bool Sweep(long nowMs, long placeTtlMs)
    {
        lock (_gate)
        {
            Expire(nowMs);
            var first = _head + 1 - (ulong)_kept.Count;
            if (_rule is { IsOn: true, IsStored: true } && first > _storedFrom)
            {
                _storedFrom = first;
                _owner.Writer?.Trim(_owner.TenantId, Name, first);
            }

            return _room is null && _pending == 0 && _kept.Count == 0 && (!_rule.IsOn || nowMs - _publishedMs >= _rule.TtlMs + placeTtlMs);
        }
    }

    /// <summary>Gives memory back, the oldest messages first; answers how much.</summary>
    public long Shrink(long bytes)
    {
        lock (_gate)
        {
            var before = _kept.Bytes;
            while (_kept.Count > 0 && before - _kept.Bytes < bytes)
            {
                DropOldest();
            }

            return before - _kept.Bytes;
        }
    }

    /// <summary>Lets go of everything, for good; false where somebody is in the room or waits for it, and <paramref name="force"/> is not set. Under the owner's lock.</summary>
    public bool TryForget(bool force, bool forgetsStored)
    {
        lock (_gate)
        {
            if (!force && (_room is not null || _pending > 0))
            {
                return false;
            }

            _isForgotten = true;
            DropAll();
            if (forgetsStored && _rule is { IsOn: true, IsStored: true })
            {
                _owner.Writer?.Forget(_owner.TenantId, Name);
            }

            return true;
        }
    }

    private PublishVerdict Store(in OutboundEnvelope envelope, in PublishOptions options)
    {
        if (_owner.Writer is not { } writer)
        {
            return PublishVerdict.NoStore;
        }

        if (options is { MustWait: true, Waiter: null })
        {
            return PublishVerdict.NeedsWaiter;
        }

        if (!writer.TryPublish(this, _owner.TenantId, envelope, options))
        {
            return PublishVerdict.Full;
        }

        _pending++;
        return PublishVerdict.Pending;
    }

    private OutboundFrame Encode(in OutboundEnvelope envelope, ulong offset) =>
        EnvelopeFrames.Encode(DeliveryClass.Ext, envelope with { Room = NameUtf8, Offset = offset, HasOffset = offset > 0 });

    private void Keep(OutboundFrame frame, ulong offset)
    {
        _head = offset;
        _assigned = Math.Max(_assigned, offset);
        var nowMs = _owner.NowMs;
        Volatile.Write(ref _publishedMs, nowMs);
        if (!_rule.IsOn)
        {
            return;
        }

        frame.AddReferences();
        _kept.Add(frame, nowMs);
        _owner.Count(1, KeptMessages.SizeOf(frame));
        Trim();
        Expire(nowMs);
    }

    // Takes over one reference. Who joins stands in its slice under the lock: whoever is counted here is a member, and nobody else will want this message.
    private Task<int>? PostAsync(OutboundFrame frame, ulong offset, in PublishOptions options)
    {
        if (_room is null)
        {
            frame.Release();
            return null;
        }

        var broadcast = new Broadcast(_room, frame, null, options.Except, offset);
        if (options.Waiter is { CountsReceivers: true } || options.Exclude is not null)
        {
            return RoomDelivery.PostAsync(_owner.Shards, broadcast, options.Exclude);
        }

        foreach (var shard in _owner.Shards)
        {
            if (_room.Slices[shard.Index].Count > 0)
            {
                frame.AddReferences();
                shard.Post(broadcast);
            }
        }

        frame.Release();
        return null;
    }

    private bool IsKept(HistoryPosition position) =>
        position.Epoch == _epoch && position.Offset <= _head && _head - position.Offset <= (ulong)_kept.Count;

    private OutboundFrame[] Take(ulong from, ulong to)
    {
        var first = _head + 1 - (ulong)_kept.Count;
        var frames = new OutboundFrame[(int)(to + 1 - from)];
        for (var i = 0; i < frames.Length; i++)
        {
            frames[i] = _kept[(int)(from - first) + i];
            frames[i].AddReferences();
        }

        return frames;
    }

    private void Trim()
    {
        while (_kept.Count > _rule.Size)
        {
            DropOldest();
        }
    }

    private void Expire(long nowMs)
    {
        while (_kept.Count > 0 && nowMs - _kept.OldestMs >= _rule.TtlMs)
        {
            DropOldest();
        }
    }

    private void DropAll()
    {
        while (_kept.Count > 0)
        {
            DropOldest();
        }
    }

    private void DropOldest()
    {
        var bytes = _kept.Bytes;
        _kept.DropOldest();
        _owner.Count(-1, _kept.Bytes - bytes);
    }
}
