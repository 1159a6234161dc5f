using System.Text.Json;

namespace WsPrism.Core.Parties;

/// <summary>The whole state of a party as one JSON object, as its members see it.</summary>
internal static class PartyDocument
{
    public static void Write(Utf8JsonWriter json, Party party, int maxSize)
    {
        json.WriteStartObject();
        json.WriteString("party"u8, party.Id);
        json.WriteString("room"u8, party.Room);
        json.WriteNumber("version"u8, party.Version);
        json.WriteString("leader"u8, party.Leader);
        json.WriteNumber("max_size"u8, maxSize);
        json.WriteStartArray("members"u8);
        foreach (var member in party.Members)
        {
            json.WriteStartObject();
            json.WriteString("user"u8, member.User);
            if (member.IsReady is { } isReady)
            {
                json.WriteBoolean("ready"u8, isReady);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("invited"u8);
        foreach (var invitation in party.Invitations)
        {
            json.WriteStringValue(invitation.User);
        }

        json.WriteEndArray();
        if (party.Check is { } check)
        {
            json.WriteStartObject("ready_check"u8);
            json.WriteString("state"u8, NameOf(check.State));
            json.WriteNumber("ends_at_ms"u8, check.EndsAtUnixMs);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> NameOf(ReadyState state) => state switch
    {
        ReadyState.Running => "running"u8,
        ReadyState.Passed => "passed"u8,
        ReadyState.Declined => "declined"u8,
        ReadyState.TimedOut => "timed_out"u8,
        _ => "cancelled"u8,
    };
}
