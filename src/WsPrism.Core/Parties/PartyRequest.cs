using System.Text;
using System.Text.Json;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Parties;

/// <summary>What a client says in the <c>data</c> of a <c>party.*</c> message. Immutable.</summary>
/// <param name="User">Whom it is about; null where it does not say.</param>
/// <param name="Party">Which party it is about; null where it does not say.</param>
/// <param name="IsReady">What it says to a ready check: yes, unless it says no.</param>
internal readonly record struct PartyRequest(string? User, string? Party, bool IsReady)
{
    // Ids are 26 characters. A longer text is none, and need not be looked for.
    private const int MaxPartyLength = 64;

    /// <summary>
    /// Reads data that is known to be well-formed JSON, or none. Fields that are not known are let pass; a known one that is not what it must be makes all of it wrong.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out PartyRequest request)
    {
        request = new PartyRequest(null, null, IsReady: true);
        if (data.IsEmpty)
        {
            return true;
        }

        try
        {
            var reader = new Utf8JsonReader(data);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && TryReadFields(ref reader, ref request);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which no name has.
            return false;
        }
    }

    private static bool TryReadFields(ref Utf8JsonReader reader, ref PartyRequest request)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isUser, isParty, isReady) = (reader.ValueTextEquals("user"u8), reader.ValueTextEquals("party"u8), reader.ValueTextEquals("ready"u8));
            reader.Read();
            if (isReady)
            {
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                {
                    return false;
                }

                request = request with { IsReady = reader.GetBoolean() };
            }
            else if (isUser || isParty)
            {
                if (reader.TokenType != JsonTokenType.String || reader.GetString() is not { } text || !(isUser ? IsUser(text) : text.Length is > 0 and <= MaxPartyLength))
                {
                    return false;
                }

                request = isUser ? request with { User = text } : request with { Party = text };
            }
            else
            {
                reader.Skip();
            }
        }

        return true;
    }

    // Users' names are like rooms'.
    private static bool IsUser(string text) => text.Length <= EnvelopeRules.MaxRoomLength && EnvelopeRules.IsRoom(Encoding.UTF8.GetBytes(text));
}
