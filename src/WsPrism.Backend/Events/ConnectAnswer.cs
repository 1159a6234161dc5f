using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Core.Answers;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Ext;

namespace WsPrism.Backend.Events;

/// <summary>Reads what a backend answers to <c>connect</c>: <c>{"allow":true,"state"?}</c> or <c>{"allow":false}</c>, strictly.</summary>
internal static class ConnectAnswer
{
    // The answer stands around the state.
    private const int MaxDepth = EnvelopeRules.MaxDepth + 1;

    /// <summary>Reads it; false where it is neither, and <paramref name="problem"/> says why.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, out ConnectDecision decision, out string problem)
    {
        (decision, problem) = (new ConnectDecision(ConnectOutcome.Unavailable), "the answer is not JSON");
        if (!Utf8.IsValid(json.Span))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            decision = Read(document.RootElement);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (AnswerException exception)
        {
            problem = exception.Message;
            return false;
        }
    }

    private static ConnectDecision Read(JsonElement root)
    {
        var fields = AnswerJson.Fields(root, string.Empty, "allow", "state");
        switch (AnswerJson.Required(fields, string.Empty, "allow").ValueKind)
        {
            case JsonValueKind.False:
                return new ConnectDecision(ConnectOutcome.NotAllowed);
            case JsonValueKind.True when !fields.TryGetValue("state", out var state) || state.ValueKind == JsonValueKind.Null:
                return new ConnectDecision(ConnectOutcome.Allowed);
            case JsonValueKind.True:
                var raw = AnswerJson.Raw(fields["state"], "state");
                return raw.Length <= Session.MaxStateBytes
                    ? new ConnectDecision(ConnectOutcome.Allowed, raw)
                    : throw AnswerJson.Wrong("state", $"must not be longer than {Session.MaxStateBytes} bytes");
            default:
                throw AnswerJson.Wrong("allow", "must be true or false");
        }
    }
}
