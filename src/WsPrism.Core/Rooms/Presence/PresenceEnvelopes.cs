using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Tenants;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Rooms.Presence;

/// <summary>Writes the <c>presence.*</c> envelopes. One per shard, owned by its thread.</summary>
internal sealed class PresenceEnvelopes
{
    // Some hundred users; who is left over comes with the next one.
    private const int UsualMaxBytes = 16_384;

    private readonly JsonScratch _data = new();

    /// <summary>Whom the next envelope tells of.</summary>
    public List<MemberView> Users { get; } = [];

    /// <summary>How long the users of one envelope may be: it must find room in every member's queue.</summary>
    public static int MaxBytes(TenantSnapshot tenant) => Math.Min(UsualMaxBytes, tenant.Outbox.ExtBytes / 2);

    /// <summary>Encodes <see cref="Users"/>.</summary>
    public OutboundFrame Encode(Room room, in PresenceNews news)
    {
        var json = _data.Begin();
        json.WriteStartObject();
        json.WriteNumber("count"u8, news.Users);
        json.WriteStartArray("users"u8);
        foreach (var user in Users)
        {
            json.WriteStartObject();
            user.Write(json, hasState: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        var type = news.Kind switch
        {
            PresenceKind.Join => "join"u8,
            PresenceKind.Leave => "leave"u8,
            _ => "update"u8,
        };
        return EnvelopeFrames.Encode(DeliveryClass.Ext, new OutboundEnvelope { Svc = "presence"u8, Type = type, Room = room.NameUtf8, Data = _data.Written });
    }
}
