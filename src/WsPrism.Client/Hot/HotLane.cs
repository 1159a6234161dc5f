using WsPrism.Client.Connection;
using WsPrism.Client.Rooms;
using WsPrism.Client.Time;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Hot;

/// <summary>
/// The Hot lane: small binary frames of which the latest counts. Thread-safe; sending and receiving allocate nothing for a frame. Sequence numbers are the client's affair, in
/// both directions.
/// </summary>
public sealed class HotLane
{
    // Numbers are given and frames queued under one lock, so that they leave in the order of their numbers.
    private readonly object _gate = new();
    private readonly ClientOptions _options;
    private readonly OutboundQueue _queue;
    private readonly HotInbox _inbox;
    private readonly RoomBook _rooms;
    private readonly HotBudget _budget;
    private readonly HotAcknowledgements _acknowledgements;
    private readonly SequenceBook _numbers;
    private uint _floor;
    private HotSender[] _senders = [];
    private long _sent;

    internal HotLane(ClientOptions options, OutboundQueue queue, HotInbox inbox, RoomBook rooms, HotBudget budget, HotAcknowledgements acknowledgements)
    {
        _acknowledgements = acknowledgements;
        _options = options;
        _queue = queue;
        _inbox = inbox;
        _rooms = rooms;
        _budget = budget;
        _numbers = new SequenceBook(options.MaxHotKeys);
    }

    /// <summary>What the lane has counted.</summary>
    public HotFigures Figures => _inbox.Read(Volatile.Read(ref _sent));

    internal HotBudget Budget => _budget;

    internal int MaxFrameBytes => _queue.MaxFrameBytes;

    internal bool IsIdle => _queue.IsHotIdle;

    /// <summary>
    /// Sends a frame with the next sequence number of its service, opcode and key, at once or not at all; the payload is copied. It does not look at the rate: what is over it
    /// the gateway drops. See <see cref="CreateSender"/>.
    /// </summary>
    /// <param name="svcId">The tenant's number of the service.</param>
    /// <param name="opcode">What the frame means to it.</param>
    /// <param name="payload">The payload, see <see cref="PayloadWriter"/>.</param>
    /// <param name="key">What it is the state of: an entity, an instrument.</param>
    /// <param name="room">The joined room it goes to; without, the active one.</param>
    /// <param name="reliable">Neither replaced nor dropped by the gateway, and in order with other reliable frames.</param>
    /// <param name="sequenced">False leaves the sequence number out.</param>
    public SendResult TrySend(
        byte svcId, byte opcode, ReadOnlySpan<byte> payload, uint? key = null, string? room = null, bool reliable = false, bool sequenced = true) =>
        Send(svcId, opcode, payload, key, room, (reliable ? HotFlags.Reliable : 0) | (sequenced ? HotFlags.Seq : 0), null);

    /// <summary>Sends a frame and completes when the gateway says that the service has taken it in. Frames are not sent again: who needs that uses the Ext lane.</summary>
    /// <param name="svcId">The tenant's number of the service.</param>
    /// <param name="opcode">What the frame means to it.</param>
    /// <param name="payload">The payload; it is copied before the call returns.</param>
    /// <param name="key">What it is the state of.</param>
    /// <param name="room">The joined room it goes to; without, the active one.</param>
    /// <param name="reliable">Neither replaced nor dropped by the gateway.</param>
    /// <param name="timeout">How long to wait; <see cref="ClientOptions.RequestTimeout"/> where it is null.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="WsPrismException">It was not sent, or not acknowledged in time: see <see cref="ClientErrorCodes"/>.</exception>
    public async Task SendAcknowledgedAsync(
        byte svcId, byte opcode, ReadOnlyMemory<byte> payload, uint? key = null, string? room = null, bool reliable = false, TimeSpan? timeout = null,
        CancellationToken cancellation = default)
    {
        var patience = timeout ?? _options.RequestTimeout;
        Waiting.ThrowIfNoTimeout(patience, nameof(timeout));
        cancellation.ThrowIfCancellationRequested();
        var (waiting, seq) = SendAcknowledged(svcId, opcode, payload.Span, key, room, reliable);
        using var late = _options.Time.CancelAfter(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await waiting.OrCanceledAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WsPrismException(ClientErrorCodes.RequestTimeout, "The frame was not acknowledged in time.");
        }
        finally
        {
            _acknowledgements.Remove(svcId, opcode, seq, waiting);
        }
    }

    /// <summary>Has a handler called for every frame that is not stale, until the answer is disposed. It runs on the client's receive loop.</summary>
    public IDisposable On(HotHandler handler) => _inbox.Add(handler);

    /// <summary>The same for one service.</summary>
    public IDisposable On(byte svcId, HotHandler handler) => _inbox.Add(svcId, -1, handler);

    /// <summary>The same for one opcode of a service.</summary>
    public IDisposable On(byte svcId, byte opcode, HotHandler handler) => _inbox.Add(svcId, opcode, handler);

    /// <summary>A sender that keeps the newest state of each key and sends as fast as the gateway allows.</summary>
    /// <param name="maxKeys">How many keys may wait at a time; a state of one more is refused with <see cref="SendResult.Full"/>.</param>
    public HotSender CreateSender(int maxKeys = 1024)
    {
        var sender = new HotSender(this, _options.Time, maxKeys);
        lock (_gate)
            _senders = [.. _senders, sender];

        return sender;
    }

    /// <summary>There may be a place again, or a connection.</summary>
    internal void Continue()
    {
        foreach (var sender in Volatile.Read(ref _senders))
            sender.Continue();
    }

    internal void Remove(HotSender sender)
    {
        lock (_gate)
            _senders = [.. _senders.Where(other => other != sender)];
    }

    private (Task Waiting, uint Seq) SendAcknowledged(byte svcId, byte opcode, ReadOnlySpan<byte> payload, uint? key, string? room, bool reliable)
    {
        // The answer may come before the call that sends returns: both under the lock that gives the number.
        lock (_gate)
        {
            var seq = NextNumber(HotKey.ToSend(svcId, opcode, key));
            var waiting = _acknowledgements.TryAdd(svcId, opcode, ref seq) ?? throw new WsPrismException(ClientErrorCodes.BufferFull, "Too many frames wait for their answers.");
            var result = Send(svcId, opcode, payload, key, room, HotFlags.Seq | HotFlags.Ack | (reliable ? HotFlags.Reliable : 0), seq);
            if (result == SendResult.Queued)
                return (waiting.Task, seq);

            _acknowledgements.Remove(svcId, opcode, seq, waiting.Task);
            throw Refused(result);
        }
    }

    private SendResult Send(byte svcId, byte opcode, ReadOnlySpan<byte> payload, uint? key, string? room, HotFlags flags, uint? given)
    {
        uint handle = 0;
        if (room is not null && !_rooms.TryGetHandle(room, out handle))
            return _queue.IsConnected ? SendResult.NotInRoom : _queue.OfflineResult;

        flags |= (key is null ? 0 : HotFlags.Key) | (room is null ? 0 : HotFlags.Room);
        var counted = HotKey.ToSend(svcId, opcode, key);
        SendResult result;
        lock (_gate)
        {
            var number = given ?? NextNumber(counted);
            result = _queue.TryAdd(new HotFrame { SvcId = svcId, Opcode = opcode, Flags = flags, Seq = number, Key = key ?? 0, Room = handle, Payload = payload });
            if (result == SendResult.Queued)
            {
                _sent++;
                if ((flags & HotFlags.Seq) != 0 && _numbers.Set(counted, number, out var forgotten) && SequenceNumber.IsNewer(forgotten, _floor))
                    _floor = forgotten;
            }
        }

        if (result == SendResult.Queued)
            _budget.Spend();
        return result;
    }

    // A key that was forgotten must not begin anew, for the gateway may remember it: all keys without a number go on from the highest forgotten one.
    private uint NextNumber(in HotKey key) => SequenceNumber.Next(_numbers.TryGet(key, out var last) ? last : _floor);

    private static WsPrismException Refused(SendResult result) => result switch
    {
        SendResult.Full => new WsPrismException(ClientErrorCodes.BufferFull, "Too many frames wait to be sent."),
        SendResult.TooLarge => new WsPrismException(ClientErrorCodes.FrameTooLarge, "The frame is longer than the gateway takes."),
        SendResult.NotConnected => new WsPrismException(ClientErrorCodes.Offline, "There is no session now."),
        SendResult.NotInRoom => new WsPrismException("NOT_IN_ROOM", "The session is not in that room."),
        _ => new WsPrismException(ClientErrorCodes.Closed, "The client is closed, or was never connected.")
    };
}
