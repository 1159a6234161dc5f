using System.Text.Json;
using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Parties;

/// <summary>
/// Sends the <c>party.*</c> envelopes, each encoded once for all sessions that get it. They are left in the mailboxes of the sessions' shards while the lock of the
/// book is held: so each session gets them in the order in which things were decided. Guarded by that lock.
/// </summary>
internal sealed class PartyEvents(Tenant tenant)
{
    private readonly JsonScratch _data = new();
    private readonly List<Session> _receivers = [];

    /// <summary>Tells all sessions of all members how the party stands now.</summary>
    public void Update(Party party)
    {
        party.Version++;
        foreach (var member in party.Members)
        {
            _receivers.AddRange(tenant.Registry.SessionsOf(member.User));
        }

        SendUpdate(party);
    }

    /// <summary>Tells a session that has just opened how its user's party stands.</summary>
    public void Update(Party party, Session session)
    {
        _receivers.Add(session);
        SendUpdate(party);
    }

    /// <summary>Tells all sessions of a user that it is invited, or one that has just opened.</summary>
    public void Invited(Party party, PartyInvitation invitation, Session? session = null)
    {
        _receivers.AddRange(session is null ? tenant.Registry.SessionsOf(invitation.User) : [session]);
        var json = Begin(party);
        json.WriteString("from"u8, invitation.From);
        json.WriteNumber("expires_at_ms"u8, invitation.EndsAtUnixMs);
        json.WriteEndObject();
        Send("invited"u8);
    }

    /// <summary>Tells all sessions of a user that a party, or an invitation to it, is none of its affairs any more.</summary>
    public void Closed(Party party, string user, ReadOnlySpan<byte> reason)
    {
        _receivers.AddRange(tenant.Registry.SessionsOf(user));
        var json = Begin(party);
        json.WriteString("reason"u8, reason);
        json.WriteEndObject();
        Send("closed"u8);
    }

    private void SendUpdate(Party party)
    {
        PartyDocument.Write(_data.Begin(), party, tenant.Snapshot.Config.Party.MaxSize);
        Send("update"u8);
    }

    private Utf8JsonWriter Begin(Party party)
    {
        var json = _data.Begin();
        json.WriteStartObject();
        json.WriteString("party"u8, party.Id);
        return json;
    }

    private void Send(ReadOnlySpan<byte> type)
    {
        if (_receivers.Count > 0)
        {
            var envelope = new OutboundEnvelope { Svc = PartyService.NameUtf8, Type = type, Data = _data.Written };
            ServerPublisher.Post(_receivers, EnvelopeFrames.Encode(DeliveryClass.Ext, envelope));
            _receivers.Clear();
        }
    }
}
