using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Core.Delivery;
using WsPrism.Core.Market;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Backend.Link;

/// <summary>
/// Does what a worker's publishes say, on the thread that read them: each is encoded once and left at the shards. One without a receipt allocates nothing, but where it
/// is for everybody. Owned by whoever reads from the worker's wire.
/// </summary>
internal sealed class LinkPublisher(Tenant tenant, ServerPublisher publisher, Action<long, Task<Published>> giveReceipt)
{
    private const int MaxRooms = 1_000;
    private const string NotARoom = "A room's name is 1 to 128 bytes without control characters.";

    // A name of 128 bytes with every one of them escaped.
    private const int MaxEscapedName = EnvelopeRules.MaxRoomLength * 6;

    private readonly List<Session> _found = [];
    private readonly List<Task<Published>> _counts = [];

    /// <summary>Publishes; <see cref="ErrorCode.None"/>, or why it was refused, with a text.</summary>
    public (ErrorCode Code, string Text) Publish(in LinkPublish publish)
    {
        var problem = Check(publish, out var frame);
        if (problem.Code == ErrorCode.None)
        {
            problem = Send(publish, frame);
        }

        if (publish.Receipt != 0 && problem.Code == ErrorCode.None)
        {
            giveReceipt(publish.Receipt, SumAsync([.. _counts]));
        }

        _found.Clear();
        _counts.Clear();
        return problem;
    }

    private (ErrorCode Code, string Text) Check(in LinkPublish publish, out HotFrame frame)
    {
        frame = default;
        if (publish.Op == LinkOp.Frame)
        {
            return publish.Frame.Length > ServerPublisher.MaxHotBytes(tenant.Snapshot) ? (ErrorCode.PayloadTooLarge, "The Hot frame is longer than the tenant allows.")
                : !ServerPublisher.TryReadFrame(publish.Frame, out frame) ? (ErrorCode.BadRequest, "This is not a Hot frame, or has a flag that the gateway alone sets (ACK, ROOM, BATCH) or that is reserved.")
                : default;
        }

        return !EnvelopeRules.IsName(publish.Svc) || publish.Svc.SequenceEqual("sys"u8) ? (ErrorCode.BadRequest, "svc must be [a-z][a-z0-9_.-]{0,63}, and not sys.")
            : !EnvelopeRules.IsName(publish.Type) ? (ErrorCode.BadRequest, "type must be [a-z][a-z0-9_.-]{0,63}.")
            : !publish.IsDataChecked && !publish.Data.IsEmpty && !IsJson(publish.Data) ? (ErrorCode.BadRequest, "data is not JSON in UTF-8, or too deep.")
            : default;
    }

    private (ErrorCode Code, string Text) Send(in LinkPublish publish, in HotFrame frame)
    {
        if (publish.Target == LinkTarget.Rooms)
        {
            return SendToRooms(publish, frame);
        }

        Span<byte> unescaped = stackalloc byte[MaxEscapedName];
        scoped var name = publish.Name;
        if (publish.IsNameEscaped)
        {
            if (!JsonText.TryUnescape(name, unescaped, out var length))
            {
                return (ErrorCode.BadRequest, "The name in to is too long, or has half of a surrogate pair.");
            }

            name = unescaped[..length];
        }

        switch (publish.Target)
        {
            case LinkTarget.Room:
                return EnvelopeRules.IsRoom(name) ? SendToRoom(publish, frame, tenant.Registry.FindRoom(name), name) : (ErrorCode.BadRequest, NotARoom);
            case LinkTarget.RoomHandle:
                return SendToRoom(publish, frame, tenant.Registry.FindRoom(publish.Handle), default);
            case LinkTarget.User:
                tenant.Registry.FindSessions(name, _found);
                break;
            case LinkTarget.Session when tenant.Registry.FindSession(name) is { } session:
                _found.Add(session);
                break;
            case LinkTarget.SessionHandle when tenant.Registry.FindSession(publish.Handle) is { } session:
                _found.Add(session);
                break;
            case LinkTarget.All:
                return SendToAll(publish, frame);
        }

        return SendToSessions(publish, frame);
    }

    private (ErrorCode Code, string Text) SendToRooms(in LinkPublish publish, in HotFrame frame)
    {
        // The array was read as JSON already.
        var reader = new Utf8JsonReader(publish.Name);
        reader.Read();
        Span<byte> unescaped = stackalloc byte[MaxEscapedName];
        for (var count = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > unescaped.Length || count == MaxRooms)
            {
                return (ErrorCode.BadRequest, "rooms must be a list of at most 1,000 rooms. Those before the one that is wrong were sent to.");
            }

            if (!JsonText.TryUnescape(reader.ValueSpan, unescaped, out var length) || !EnvelopeRules.IsRoom(unescaped[..length]))
            {
                return (ErrorCode.BadRequest, NotARoom);
            }

            var problem = SendToRoom(publish, frame, tenant.Registry.FindRoom(unescaped[..length]), unescaped[..length]);
            if (problem.Code != ErrorCode.None)
            {
                return problem;
            }
        }

        return default;
    }

    // The name is empty for a handle.
    private (ErrorCode Code, string Text) SendToRoom(in LinkPublish publish, in HotFrame frame, Room? room, ReadOnlySpan<byte> name)
    {
        var except = publish.Except == 0 ? null : tenant.Registry.FindSession(publish.Except);
        if (publish.Op != LinkOp.Frame && (room is not null || !name.IsEmpty) && tenant.History.Find(name, room) is { } history)
        {
            return SendToHistory(publish, history, except);
        }

        if (room is null)
        {
            return default;
        }

        var broadcast = publish.Op == LinkOp.Frame ? publisher.Encode(room, frame, except) : new Broadcast(room, Encode(publish, room.NameUtf8), null, except);
        if (IsTooLong(publish, broadcast.Frame))
        {
            return (ErrorCode.PayloadTooLarge, "The message is longer than the tenant allows.");
        }

        if (publish.Receipt == 0)
        {
            publisher.Post(broadcast);
        }
        else
        {
            _counts.Add(CountedAsync(publisher.PostToRoomAsync(broadcast, exclude: null)));
        }

        return default;
    }

    private (ErrorCode Code, string Text) SendToHistory(in LinkPublish publish, RoomHistory history, Session? except)
    {
        var envelope = new OutboundEnvelope { Svc = publish.Svc, Type = publish.Type, Data = publish.Data };
        if (history.MaxLengthOf(envelope) > ServerPublisher.MaxMessageBytes(tenant.Snapshot))
        {
            return (ErrorCode.PayloadTooLarge, "The message is longer than the tenant allows.");
        }

        if (publish.Receipt != 0)
        {
            _counts.Add(ServerPublisher.PublishAsync(tenant, history, envelope, exclude: null, except));
            return default;
        }

        var refusal = tenant.History.Publish(history, envelope, new PublishOptions { Except = except }).Refusal();
        return refusal == ErrorCode.None ? default : (refusal, PublishVerdicts.Text(refusal));
    }

    private (ErrorCode Code, string Text) SendToAll(in LinkPublish publish, in HotFrame frame)
    {
        if (publish.Op == LinkOp.Frame && TenantMarket.IsUpdate(tenant.Snapshot, frame))
        {
            return SendToMarket(publish, frame);
        }

        var outgoing = publish.Op == LinkOp.Frame ? ServerPublisher.Encode(frame) : Encode(publish, default);
        if (IsTooLong(publish, outgoing))
        {
            return (ErrorCode.PayloadTooLarge, "The message is longer than the tenant allows.");
        }

        var except = publish.Except;
        var count = publisher.PostToAllAsync(tenant, outgoing, except == 0 ? null : session => session.Handle == except);
        if (publish.Receipt != 0)
        {
            _counts.Add(CountedAsync(count));
        }

        return default;
    }

    private (ErrorCode Code, string Text) SendToMarket(in LinkPublish publish, in HotFrame frame)
    {
        if (frame.Payload.Length > TenantMarket.MaxValueBytes(tenant.Snapshot))
        {
            return (ErrorCode.PayloadTooLarge, "The value of the market is longer than the tenant allows.");
        }

        if (publish.Receipt == 0)
        {
            tenant.Market.Post(frame);
        }
        else
        {
            _counts.Add(CountedAsync(tenant.Market.PublishAsync(frame)));
        }

        return default;
    }

    private (ErrorCode Code, string Text) SendToSessions(in LinkPublish publish, in HotFrame frame)
    {
        for (var i = _found.Count - 1; i >= 0 && publish.Except != 0; i--)
        {
            if (_found[i].Handle == publish.Except)
            {
                _found.RemoveAt(i);
            }
        }

        if (_found.Count == 0)
        {
            return default;
        }

        var outgoing = publish.Op == LinkOp.Frame ? ServerPublisher.Encode(frame) : Encode(publish, default);
        if (IsTooLong(publish, outgoing))
        {
            return (ErrorCode.PayloadTooLarge, "The message is longer than the tenant allows.");
        }

        if (publish.Receipt == 0)
        {
            ServerPublisher.Post(_found, outgoing);
        }
        else
        {
            _counts.Add(CountedAsync(ServerPublisher.PostToSessionsAsync(_found, outgoing, exclude: null)));
        }

        return default;
    }

    private static OutboundFrame Encode(in LinkPublish publish, ReadOnlySpan<byte> room) => EnvelopeFrames.Encode(
        DeliveryClass.Ext, new OutboundEnvelope { Svc = publish.Svc, Type = publish.Type, Room = room, Data = publish.Data });

    // Hot frames were measured before.
    private bool IsTooLong(in LinkPublish publish, OutboundFrame frame)
    {
        if (publish.Op == LinkOp.Frame || frame.Length <= ServerPublisher.MaxMessageBytes(tenant.Snapshot))
        {
            return false;
        }

        frame.Release();
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> data)
    {
        if (!Utf8.IsValid(data))
        {
            return false;
        }

        try
        {
            // One level is the envelope's.
            var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = EnvelopeRules.MaxDepth - 1 });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<Published> CountedAsync(Task<int> count) => new(await count.ConfigureAwait(false));

    // Of several rooms each has offsets of its own: none is told.
    private static async Task<Published> SumAsync(Task<Published>[] counts)
    {
        var sum = new Published(0);
        foreach (var count in counts)
        {
            // An update that the market has no place for reaches nobody.
            var one = await count.ConfigureAwait(false);
            sum = new Published(sum.Receivers + Math.Max(0, one.Receivers), counts.Length == 1 ? one.Offset : 0, sum.Refusal == ErrorCode.None ? one.Refusal : sum.Refusal);
        }

        return sum;
    }
}
