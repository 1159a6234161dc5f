using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>What a Hot service works with. One per shard, used for one frame after the other, owned by the shard's thread.</summary>
internal sealed class HotContext : IMarketHotContext, IGameHotContext
{
    // Fields that only the gateway sets: what a client sent there is not passed on.
    private const HotFlags Own = HotFlags.Ack | HotFlags.Sender | HotFlags.Room;

    private readonly Shard _shard;
    private Session _session = null!;
    private Room? _room;

    public HotContext(Shard shard) => _shard = shard;

    public ISession Session => _session;

    public IRoom? Room => _room;

    /// <summary>Why the service refused the frame; <see cref="ErrorCode.None"/> where it did not.</summary>
    public (ErrorCode Code, string Text) Failure { get; private set; }

    public void Begin(Session session, Room? room)
    {
        _session = session;
        _room = room;
        Failure = (ErrorCode.None, string.Empty);
    }

    public void Reply(in HotFrame frame) => _session.Enqueue(HotFrames.Encode(frame, ConflationKey.For(0, _session.Handle, frame)));

    public void Publish(IRoom room, in HotFrame frame, Audience audience = Audience.Others) => Send((Room)room, frame, audience, playsAs: null);

    public void Relay(IRoom room, in HotFrame frame) => Send((Room)room, frame, Audience.Others, frame.SvcId);

    public ErrorCode PublishValue(in HotFrame frame) => _session.Tenant.Market.Publish(_session, frame);

    public void Fail(ErrorCode code, string message) => Failure = (code, message);

    private void Send(Room room, in HotFrame frame, Audience audience, byte? playsAs)
    {
        if (_session.Rooms.Find(room.Handle) is { } membership)
        {
            membership.HasSentHot = true;
            membership.PlaysAs = playsAs ?? membership.PlaysAs;
        }

        var key = ConflationKey.For(room.Handle, _session.Handle, frame);
        var outgoing = frame with { Flags = (frame.Flags & ~Own) | HotFlags.Sender, Sender = _session.Handle };
        _shard.Publish(RoomFrames.Encode(room, outgoing, key, _shard.Clock.NowNs, audience == Audience.Others ? _session : null));
    }
}
