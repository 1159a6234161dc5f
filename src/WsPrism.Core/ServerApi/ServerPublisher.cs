using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Market;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.ServerApi;

/// <summary>
/// The backend's way into the line, at its end: what it publishes is encoded once by the caller's thread and delivered on the shards, like any message, with the
/// same classes, conflation and ledger. Two publishes from one thread reach each receiver in their order. The number of receivers is how many queues it was put
/// into, not how many clients have read it. Safe for all threads; nothing here waits for a shard.
/// </summary>
internal sealed class ServerPublisher(Shard[] shards)
{
    // BATCH is made by ticks, ROOM by the room that is published to, ACK answers a client, EXT is reserved.
    private const HotFlags NotForBackends = HotFlags.Ack | HotFlags.Room | HotFlags.Batch | HotFlags.Ext;

    /// <summary>Reads a Hot frame of the backend; false where it is none or has a flag that is not the backend's to set.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> bytes, out HotFrame frame) =>
        HotFrameReader.TryRead(bytes, HotDirection.FromServer, out frame) == ErrorCode.None && (frame.Flags & NotForBackends) == 0;

    /// <summary>The longest message that the tenant's clients expect, and of which one fits into an empty queue.</summary>
    public static int MaxMessageBytes(TenantSnapshot tenant) => Math.Min(tenant.Config.Limits.MaxFrameBytes, tenant.Config.Limits.Outbound.ExtBytes);

    /// <summary>The same for Hot frames, ROOM included.</summary>
    public static int MaxHotBytes(TenantSnapshot tenant) => Math.Min(tenant.Config.Limits.MaxFrameBytes, tenant.Config.Limits.Outbound.HotReliableBytes) - sizeof(uint);

    /// <summary>The longest message to a target: an offset comes on top of it in a room with a history.</summary>
    public static int MaxMessageBytes(TenantSnapshot tenant, in PublishTarget target) =>
        MaxMessageBytes(tenant) - (target.Kind == PublishTargetKind.Room && tenant.RoomRules.For(target.Name).History.IsOn ? RoomHistory.MaxOffsetLength : 0);

    /// <summary>How long the envelope is when it is encoded, without an offset.</summary>
    public static int LengthOf(in PublishTarget target, ServerMessage message) => LengthOf(
        message.Svc.Length, message.Type.Length, message.Data.Length, target.Kind == PublishTargetKind.Room ? System.Text.Encoding.UTF8.GetBytes(target.Name) : default);

    /// <summary>The same of one whose fields are so long; <paramref name="room"/> is empty for none.</summary>
    public static int LengthOf(int svc, int type, int data, ReadOnlySpan<byte> room)
    {
        // {"v":1,"svc":"","type":""}  ,"room":""  ,"data":  and room names have no controls: only quotes and backslashes are escaped, with one byte each.
        var length = 26 + svc + type + (data == 0 ? 0 : 8 + data);
        return room.IsEmpty ? length : length + 10 + room.Length + room.Count((byte)'"') + room.Count((byte)'\\');
    }

    /// <summary>Publishes an envelope; answers how many got it, and its place in the room's history where it has one.</summary>
    public async Task<Published> PublishAsync(Tenant tenant, PublishTarget target, ServerMessage message)
    {
        if (target.Kind == PublishTargetKind.Room)
        {
            var room = tenant.Registry.FindRoom(target.Name);
            if (tenant.History.Find(target.Name, room) is { } history)
            {
                return await PublishAsync(tenant, history, EnvelopeOf(message, default), message.Exclude, except: null).ConfigureAwait(false);
            }

            return new Published(room is null ? 0 : await PostToRoomAsync(new Broadcast(room, Encode(message, room.NameUtf8), null, null), message.Exclude).ConfigureAwait(false));
        }

        if (target.Kind == PublishTargetKind.Everybody)
        {
            return new Published(await PostToAllAsync(
                tenant, Encode(message, default), message.Exclude is { } exclude ? session => exclude.Contains(session.SessionId) : null).ConfigureAwait(false));
        }

        var sessions = FindSessions(tenant, target);
        return new Published(sessions.Length == 0 ? 0 : await PostToSessionsAsync(sessions, Encode(message, default), message.Exclude).ConfigureAwait(false));
    }

    /// <summary>Publishes an envelope to a room with a history.</summary>
    public static Task<Published> PublishAsync(Tenant tenant, RoomHistory history, in OutboundEnvelope envelope, IReadOnlySet<string>? exclude, Session? except)
    {
        var receipt = new PublishReceipt();
        var verdict = tenant.History.Publish(history, envelope, new PublishOptions { Except = except, Exclude = exclude, Waiter = receipt });
        return verdict.Refusal() is var refusal && refusal != ErrorCode.None ? Task.FromResult(new Published(0, 0, refusal)) : receipt.Task;
    }

    /// <summary>
    /// Publishes a Hot frame that <see cref="TryReadFrame"/> has let pass; answers the number of receivers. Lossy frames conflate by KEY, otherwise by SENDER
    /// where the backend names one, otherwise as states of the backend. To everybody a frame with KEY for the tenant's market is an update of an instrument; where
    /// the market has no place for it the answer is <see cref="TenantMarket.NoPlace"/>.
    /// </summary>
    public Task<int> PublishAsync(Tenant tenant, in PublishTarget target, in HotFrame frame)
    {
        if (target.Kind == PublishTargetKind.Room)
        {
            return tenant.Registry.FindRoom(target.Name) is { } room
                ? PostToRoomAsync(Encode(room, frame, except: null), exclude: null)
                : Task.FromResult(0);
        }

        if (target.Kind == PublishTargetKind.Everybody)
        {
            if (TenantMarket.IsUpdate(tenant.Snapshot, frame))
            {
                return tenant.Market.PublishAsync(frame);
            }

            return PostToAllAsync(tenant, Encode(frame), isExcluded: null);
        }

        var sessions = FindSessions(tenant, target);
        return sessions.Length == 0
            ? Task.FromResult(0)
            : PostToSessionsAsync(sessions, Encode(frame), exclude: null);
    }

    /// <summary>Delivers what is encoded to the members of its room. Takes over a reference of each frame; nobody is told who got it, and nothing is allocated.</summary>
    public void Post(in Broadcast broadcast)
    {
        foreach (var shard in shards)
        {
            if (broadcast.Room.Slices[shard.Index].Count > 0)
            {
                broadcast.Frame.AddReferences();
                broadcast.WithRoom?.AddReferences();
                shard.Post(broadcast);
            }
        }

        broadcast.Frame.Release();
        broadcast.WithRoom?.Release();
    }

    /// <summary>The same to sessions.</summary>
    public static void Post(List<Session> receivers, OutboundFrame frame)
    {
        frame.AddReferences(receivers.Count);
        foreach (var session in receivers)
        {
            session.Shard.Post(session, frame);
        }

        frame.Release();
    }

    /// <summary>A Hot frame for a room, which takes its rule's time to live from now on.</summary>
    public Broadcast Encode(Room room, in HotFrame frame, Session? except) =>
        RoomFrames.Encode(room, frame, ConflationKey.For(room.Handle, SenderOf(frame), frame), shards[0].Clock.Measure(), except);

    /// <summary>A Hot frame for sessions, whatever room they are in.</summary>
    public static OutboundFrame Encode(in HotFrame frame) => HotFrames.Encode(frame, ConflationKey.For(0, SenderOf(frame), frame));

    // Handles begin at 1: 0 is the backend itself.
    private static uint SenderOf(in HotFrame frame) => frame.Has(HotFlags.Sender) ? frame.Sender : 0;

    private static Session[] FindSessions(Tenant tenant, in PublishTarget target) => target.Kind switch
    {
        PublishTargetKind.User => tenant.Registry.SessionsOf(target.Name),
        _ => tenant.Registry.FindSession(target.Name) is { } session ? [session] : [],
    };

    private static OutboundFrame Encode(ServerMessage message, ReadOnlySpan<byte> room) => EnvelopeFrames.Encode(DeliveryClass.Ext, EnvelopeOf(message, room));

    private static OutboundEnvelope EnvelopeOf(ServerMessage message, ReadOnlySpan<byte> room) =>
        new() { Svc = message.Svc, Type = message.Type, Room = room, Data = message.Data.Span };

    /// <summary>Delivers what is encoded to all sessions of the tenant; answers how many got it.</summary>
    public Task<int> PostToAllAsync(Tenant tenant, OutboundFrame frame, Func<Session, bool>? isExcluded) => TenantDelivery.PostAsync(tenant, shards, frame, isExcluded);

    /// <summary>Delivers what is encoded to the members of its room; answers how many got it.</summary>
    public Task<int> PostToRoomAsync(Broadcast broadcast, IReadOnlySet<string>? exclude) => RoomDelivery.PostAsync(shards, broadcast, exclude);

    /// <summary>Delivers what is encoded to sessions; answers how many got it. The frame's own reference is held until the last shard is through.</summary>
    public static Task<int> PostToSessionsAsync(IEnumerable<Session> sessions, OutboundFrame frame, IReadOnlySet<string>? exclude) => SessionWork.RunAsync(
        sessions,
        session =>
        {
            if (exclude?.Contains(session.SessionId) == true)
            {
                return false;
            }

            frame.AddReferences();
            session.Shard.Offer(session, frame);
            return true;
        },
        () => frame.Release());
}
