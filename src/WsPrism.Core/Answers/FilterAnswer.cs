using System.Text.Json;
using WsPrism.Core.Dispatch;
using WsPrism.Services;

namespace WsPrism.Core.Answers;

/// <summary>
/// What a filter outside the core says to a message: <c>{"replace","error","reply","publish","kick","set_state"}</c>, all optional; nothing lets it pass. Read
/// strictly and whole before any of it is done. Immutable; read on any thread, applied on the session's shard.
/// </summary>
internal sealed class FilterAnswer(EnvelopeChange? change, ServiceAnswer rest)
{
    /// <summary>Lets the message pass and does nothing else.</summary>
    public static FilterAnswer Empty { get; } = new(null, ServiceAnswer.Empty);

    /// <summary>What it changes about the message; null for nothing.</summary>
    public EnvelopeChange? Change => change;

    /// <summary>What else it does.</summary>
    public ServiceAnswer Rest => rest;

    /// <summary>Reads an answer; <paramref name="problem"/> says what is wrong with one that is not good. Nothing is an answer too.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, in AnswerRules rules, out FilterAnswer answer, out string problem) =>
        AnswerJson.TryRead(json, rules, Read, Empty, out answer, out problem);

    /// <summary>Does what the answer says; on the shard's thread, in the filter's context.</summary>
    public void Apply(IExtContext context)
    {
        if (change is not null)
        {
            ((IFilterContext)context).Replace(change);
        }

        rest.Apply(context);
    }

    private static FilterAnswer Read(JsonElement root, in AnswerRules rules)
    {
        var fields = AnswerJson.Fields(root, string.Empty, "replace", "error", "reply", "publish", "kick", "set_state");
        if (fields.ContainsKey("replace") && (fields.ContainsKey("error") || fields.ContainsKey("reply")))
        {
            throw AnswerJson.Wrong(string.Empty, "must not have replace beside error or reply");
        }

        return new FilterAnswer(fields.TryGetValue("replace", out var replace) ? ReadChange(replace, rules) : null, ServiceAnswer.Read(fields, rules));
    }

    private static EnvelopeChange ReadChange(JsonElement element, in AnswerRules rules)
    {
        var fields = AnswerJson.Fields(element, "replace", "type", "room", "data");
        var data = fields.TryGetValue("data", out var value) ? AnswerJson.Raw(value, "replace.data") : null;
        if (data?.Length > rules.MaxMessageBytes)
        {
            throw AnswerJson.Wrong("replace.data", $"must not be longer than {rules.MaxMessageBytes} bytes");
        }

        return new EnvelopeChange(
            fields.TryGetValue("type", out var type) ? AnswerJson.Name(type, "replace.type") : null,
            fields.TryGetValue("room", out var room) ? System.Text.Encoding.UTF8.GetBytes(AnswerJson.Room(room, "replace.room")) : null,
            data);
    }
}
