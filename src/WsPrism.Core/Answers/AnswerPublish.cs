using System.Text.Json;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tenants;
using WsPrism.Protocol.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Answers;

/// <summary>One entry of <c>publish</c>: <c>{"to":{…},"message":{…}}</c> or <c>{"to":{…},"frame_base64":"…"}</c>, as in a batch of the server API. Immutable.</summary>
internal sealed class AnswerPublish
{
    private const int MaxExcluded = 1_000;
    private const int MaxSessionLength = 64;

    private readonly PublishTarget[] _targets;
    private readonly ServerMessage? _message;
    private readonly byte[] _frame = [];

    private AnswerPublish(PublishTarget[] targets, ServerMessage message) => (_targets, _message) = (targets, message);

    private AnswerPublish(PublishTarget[] targets, byte[] frame) => (_targets, _frame) = (targets, frame);

    /// <summary>How many publishes it is: each room of <c>rooms</c> is one.</summary>
    public int Count => _targets.Length;

    public static AnswerPublish Read(JsonElement element, string path, in AnswerRules rules)
    {
        var fields = AnswerJson.Fields(element, path, "to", "message", "frame_base64");
        var targets = ReadTargets(AnswerJson.Required(fields, path, "to"), $"{path}.to");
        if (fields.ContainsKey("message") == fields.ContainsKey("frame_base64"))
        {
            throw AnswerJson.Wrong(path, "must have either message or frame_base64");
        }

        return fields.TryGetValue("message", out var message)
            ? new AnswerPublish(targets, ReadMessage(message, $"{path}.message", targets, rules))
            : new AnswerPublish(targets, ReadFrame(fields["frame_base64"], $"{path}.frame_base64", rules));
    }

    /// <summary>Publishes it; what has to be stored first the answer to the context's message waits for, and nothing else.</summary>
    public void Publish(ServerPublisher publisher, Tenant tenant, ExtContext context)
    {
        foreach (var target in _targets)
        {
            if (_message is not null && target.Kind == PublishTargetKind.Room && tenant.History.Find(target.Name, tenant.Registry.FindRoom(target.Name)) is { } history)
            {
                context.Publish(
                    history, new OutboundEnvelope { Svc = _message.Svc, Type = _message.Type, Data = _message.Data.Span }, new PublishOptions { Exclude = _message.Exclude });
            }
            else if (_message is not null)
            {
                _ = publisher.PublishAsync(tenant, target, _message);
            }
            else if (ServerPublisher.TryReadFrame(_frame, out var frame))
            {
                _ = publisher.PublishAsync(tenant, target, frame);
            }
        }
    }

    private static PublishTarget[] ReadTargets(JsonElement to, string path)
    {
        var fields = AnswerJson.Fields(to, path, "room", "rooms", "user", "session", "all");
        if (fields.Count != 1)
        {
            throw AnswerJson.Wrong(path, "must have exactly one of room, rooms, user, session and all");
        }

        var (kind, value) = fields.Single();
        var place = $"{path}.{kind}";
        switch (kind)
        {
            case "room":
                return [new PublishTarget(PublishTargetKind.Room, AnswerJson.Room(value, place))];
            case "rooms":
                var rooms = AnswerJson.Items(fields, path, "rooms").Take(ServiceAnswer.MaxPublishes + 1)
                    .Select(room => new PublishTarget(PublishTargetKind.Room, AnswerJson.Room(room.Element, room.Path))).ToArray();
                return rooms.Length > 0 ? rooms : throw AnswerJson.Wrong(place, "must have at least one room");
            case "user":
                return [new PublishTarget(PublishTargetKind.User, AnswerJson.User(value, place))];
            case "session":
                return [new PublishTarget(PublishTargetKind.Session, AnswerJson.Words(value, place, MaxSessionLength))];
            default:
                return value.ValueKind == JsonValueKind.True ? [PublishTarget.Everybody] : throw AnswerJson.Wrong(place, "must be true");
        }
    }

    private static ServerMessage ReadMessage(JsonElement element, string path, PublishTarget[] targets, in AnswerRules rules)
    {
        var fields = AnswerJson.Fields(element, path, "svc", "type", "data", "exclude");
        var svc = fields.TryGetValue("svc", out var name) ? AnswerJson.Name(name, $"{path}.svc") : rules.Svc;
        if (svc.AsSpan().SequenceEqual("sys"u8))
        {
            // What clients take for the gateway's own word must be that.
            throw AnswerJson.Wrong($"{path}.svc", "must not be sys, which is the gateway's own");
        }

        var message = new ServerMessage
        {
            Svc = svc,
            Type = AnswerJson.Name(AnswerJson.Required(fields, path, "type"), $"{path}.type"),
            Data = fields.TryGetValue("data", out var data) ? AnswerJson.Raw(data, $"{path}.data") : default(ReadOnlyMemory<byte>),
            Exclude = ReadExclude(fields, path),
        };
        foreach (var target in targets)
        {
            if (ServerPublisher.LengthOf(target, message) > rules.MaxMessageBytes)
            {
                throw AnswerJson.Wrong(path, $"is longer than {rules.MaxMessageBytes} bytes as clients get it");
            }
        }

        return message;
    }

    private static HashSet<string>? ReadExclude(Dictionary<string, JsonElement> fields, string path)
    {
        var sessions = AnswerJson.Items(fields, path, "exclude").Take(MaxExcluded + 1)
            .Select(session => AnswerJson.Words(session.Element, session.Path, MaxSessionLength)).ToHashSet(StringComparer.Ordinal);
        return sessions.Count switch
        {
            0 => null,
            <= MaxExcluded => sessions,
            _ => throw AnswerJson.Wrong($"{path}.exclude", $"must have at most {MaxExcluded} sessions"),
        };
    }

    private static byte[] ReadFrame(JsonElement element, string path, in AnswerRules rules)
    {
        if (element.ValueKind != JsonValueKind.String || !TryDecode(element, out var frame))
        {
            throw AnswerJson.Wrong(path, "must be a string of base64");
        }

        if (frame.Length > rules.MaxHotBytes)
        {
            throw AnswerJson.Wrong(path, $"is a Hot frame longer than {rules.MaxHotBytes} bytes");
        }

        return ServerPublisher.TryReadFrame(frame, out HotFrame _)
            ? frame
            : throw AnswerJson.Wrong(path, "is not a Hot frame, or has a flag that the gateway alone sets (ACK, ROOM, BATCH) or that is reserved");
    }

    private static bool TryDecode(JsonElement element, out byte[] bytes)
    {
        try
        {
            var good = element.TryGetBytesFromBase64(out var decoded);
            bytes = decoded ?? [];
            return good;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            bytes = [];
            return false;
        }
    }
}
