using System.Text;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Services;

namespace WsPrism.Backend.Link;

/// <summary>
/// A <c>kind: rpc</c> service of a tenant, on both lanes: gives each message to the worker that its room belongs to. Which that is, every gateway and every shard
/// finds out alone, by rendezvous hashing: each worker weighs the room, and the heaviest has it, so a worker that comes or goes moves its own rooms only. Safe for all
/// threads. Requests are handed over under a short lock, so that when a worker goes what it leaves is in front of what comes next; lossy frames take none.
/// </summary>
internal sealed class LinkService(TenantLink tenant, string name) : IExtService, IHotService
{
    private const HotFlags NotPassedOn = HotFlags.Ack | HotFlags.Room;

    private readonly Lock _gate = new();
    private LinkWorker[] _workers = [];
    private int _inFlight;
    private int _waiting;
    private int _timeoutMs = 1_000;

    public string Name => name;

    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>How long a worker may take over a request.</summary>
    public int TimeoutMs
    {
        get => Volatile.Read(ref _timeoutMs);
        set => Volatile.Write(ref _timeoutMs, value);
    }

    /// <summary>The <c>svc_id</c>s that the tenant gives it.</summary>
    public IReadOnlyList<int> HotIds { get; set; } = [];

    /// <summary>Workers that have a share.</summary>
    public int WorkerCount => Volatile.Read(ref _workers).Length;

    /// <summary>Requests that a worker has and has not answered.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests that wait for a worker's credit.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public LinkCounts<RpcOutcome> Outcomes { get; } = new();

    /// <summary>Requests that had to wait for credit.</summary>
    public long CreditWaits;

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        var room = message.HasRoom ? context.FindRoom(message.Room) : context.ActiveRoom;
        if (WorkerCount == 0)
        {
            Outcomes.Add(RpcOutcome.NoWorker);
            context.Fail(ErrorCode.ServiceUnavailable, "No backend worker serves this now.");
            return;
        }

        if (context.Defer() is not { } deferred)
        {
            return;
        }

        var session = context.Session;
        var key = message.HasRoom ? StableHash.Of(message.Room) : KeyOf(room, session);
        var call = new RpcCall(this, deferred, LinkText.Request(NameUtf8, message, room, session), key, message.Id.Length, tenant.NowMs + TimeoutMs);
        lock (_gate)
        {
            Hand(call);
        }
    }

    public void OnFrame(in HotFrame frame, IHotContext context)
    {
        var room = context.Room;
        var session = context.Session;
        var isReliable = frame.Has(HotFlags.Reliable) || room?.IsReliableOpcode(frame.Opcode) == true;
        var flags = (frame.Flags & ~NotPassedOn) | HotFlags.Sender | (room is null ? 0 : HotFlags.Room) | (isReliable ? HotFlags.Reliable : 0);
        var outgoing = HotFrames.Encode(frame with { Flags = flags, Sender = session.Handle, Room = room?.Handle ?? 0 }, StateOf(frame, room, session));
        var key = KeyOf(room, session);
        if (!isReliable)
        {
            var workers = Volatile.Read(ref _workers);
            if (workers.Length > 0)
            {
                Choose(workers, key).Post(outgoing);
                return;
            }
        }
        else
        {
            lock (_gate)
            {
                if (Hand(outgoing, key))
                {
                    return;
                }
            }
        }

        outgoing.Release();
        tenant.Frames.Add(LinkFrameFate.Refused);
        context.Fail(ErrorCode.ServiceUnavailable, "No backend worker takes this now.");
    }

    /// <summary>Gives a worker its share of what comes from now on.</summary>
    public void Join(LinkWorker worker)
    {
        lock (_gate)
        {
            Volatile.Write(ref _workers, [.. _workers, worker]);
        }
    }

    /// <summary>
    /// Takes a worker out. What it has of this service and has not sent, <paramref name="takeRest"/> gives up now: it goes to the others, before anything that comes
    /// later. Where there are no others it is asked for nothing if <paramref name="mayKeep"/>.
    /// </summary>
    public void Leave(LinkWorker worker, bool mayKeep, Func<LinkService, LinkRest> takeRest)
    {
        lock (_gate)
        {
            Volatile.Write(ref _workers, [.. _workers.Where(other => other != worker)]);
            if (mayKeep && _workers.Length == 0)
            {
                return;
            }

            var rest = takeRest(this);
            foreach (var call in rest.Calls)
            {
                Hand(call);
            }

            foreach (var (frame, key) in rest.Frames)
            {
                if (!Hand(frame, key))
                {
                    frame.Release();
                    tenant.Frames.Add(LinkFrameFate.Dropped);
                }
            }
        }
    }

    /// <summary>Counts requests that a worker has got, or is rid of.</summary>
    public void CountInFlight(int change) => Interlocked.Add(ref _inFlight, change);

    /// <summary>Counts requests that wait.</summary>
    public void CountWaiting(int change) => Interlocked.Add(ref _waiting, change);

    /// <summary>The worker of a key. Of two that weigh the same, which are two of one name, the younger has it.</summary>
    public static LinkWorker Choose(LinkWorker[] workers, ulong key)
    {
        var best = workers[0];
        var most = WeightOf(best.Seed, key);
        for (var i = 1; i < workers.Length; i++)
        {
            var weight = WeightOf(workers[i].Seed, key);
            if (weight >= most)
            {
                most = weight;
                best = workers[i];
            }
        }

        return best;
    }

    /// <summary>How much a room weighs at a worker.</summary>
    public static ulong WeightOf(ulong seed, ulong key) => StableHash.Mix(seed ^ key);

    private static ulong KeyOf(IRoom? room, ISession session) => room is null ? StableHash.Mix(session.Handle) : ((Room)room).NameHash;

    // What one sender says of one thing in one room is a state, whoever else says the same.
    private static ConflationKey StateOf(in HotFrame frame, IRoom? room, ISession session)
    {
        var route = (ushort)((frame.SvcId << 8) | frame.Opcode);
        return frame.Has(HotFlags.Key)
            ? new ConflationKey(session.Handle, frame.Key, route, (byte)(128 + ((room?.Handle ?? 0) & 127)))
            : new ConflationKey(session.Handle, room?.Handle ?? 0, route, 0);
    }

    // Under the lock. A request that finds no place is answered.
    private void Hand(RpcCall call)
    {
        if (_workers.Length > 0 && Choose(_workers, call.Key).TryPost(call))
        {
            return;
        }

        var isFull = _workers.Length > 0;
        Outcomes.Add(isFull ? RpcOutcome.QueueFull : RpcOutcome.NoWorker);
        call.Fail(ErrorCode.ServiceUnavailable, isFull ? "The backend has more to do than it can; try again later." : "No backend worker serves this now.");
    }

    private bool Hand(OutboundFrame frame, ulong key) => _workers.Length > 0 && Choose(_workers, key).TryPost(this, frame, key);
}

/// <summary>What a worker that leaves has of one service and has not sent.</summary>
internal readonly record struct LinkRest(List<RpcCall> Calls, List<(OutboundFrame Frame, ulong Key)> Frames);
