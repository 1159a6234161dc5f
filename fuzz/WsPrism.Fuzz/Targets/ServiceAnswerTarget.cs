using System.Text;
using System.Text.Json;
using WsPrism.Core.Answers;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Reads what a backend answered. Nothing is thrown; what is taken is within all bounds, and what of it goes to clients is JSON that fits into an envelope.
/// </summary>
internal sealed class ServiceAnswerTarget : IFuzzTarget
{
    /// <summary>What the answers are measured by.</summary>
    public static readonly AnswerRules Rules = new("test"u8.ToArray(), MaxMessageBytes: 600, MaxHotBytes: 100, MaxReplyBytes: 500);

    public string Name => "answer";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"reply":{"a":[1,2,"x"]},"set_state":{"level":3},"join":["match:7"],"leave":["lobby"],"kick":{"reason":"why"}}""",
            """{"error":{"code":"NOT_ALLOWED","msg":"The match is full."},"kick":true,"set_state":null}""",
            """{"publish":[{"to":{"room":"a"},"message":{"svc":"x","type":"y","data":null,"exclude":["s"]}},{"to":{"rooms":["a","b"]},"frame_base64":"AQAA"}]}""",
            """{"publish":[{"to":{"user":"u"},"message":{"type":"y"}},{"to":{"session":"s"},"message":{"type":"y"}},{"to":{"all":true},"message":{"type":"y"}}]}""",
            "{}", "",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "\"reply\":", "\"error\":", "\"code\":", "\"msg\":", "\"publish\":[", "\"to\":{", "\"room\":", "\"rooms\":[", "\"user\":", "\"session\":", "\"all\":true",
            "\"message\":{", "\"frame_base64\":", "\"svc\":", "\"type\":", "\"data\":", "\"exclude\":[", "\"join\":[", "\"leave\":[", "\"kick\":", "\"set_state\":",
            "\"sys\"", "null", "true", "\\ud800", "\\u0000", "AQAA", "[[[[[[[[[[[[[[[[", "]]]]]]]]]]]]]]]]",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!ServiceAnswer.TryRead(input.ToArray(), Rules, out var answer, out var problem))
        {
            BrokenInvariantException.ThrowIfNot(problem.Length > 0, "what is wrong has a reason");
            BrokenInvariantException.ThrowIfNot(ReferenceEquals(answer, ServiceAnswer.Empty), "a wrong answer does nothing");
            return;
        }

        Check(answer);
    }

    /// <summary>What is true of everything that was taken, from a filter too.</summary>
    public static void Check(ServiceAnswer answer)
    {
        BrokenInvariantException.ThrowIfNot(answer.Reply is null || answer.Error.Code == ErrorCode.None, "an answer replies or refuses");
        BrokenInvariantException.ThrowIfNot(Encoding.UTF8.GetByteCount(answer.Error.Text) <= ServiceAnswer.MaxTextBytes, "an error's text is short");
        BrokenInvariantException.ThrowIfNot(answer.KickReason is null || Encoding.UTF8.GetByteCount(answer.KickReason) <= ServiceAnswer.MaxTextBytes, "a reason is short");
        BrokenInvariantException.ThrowIfNot(answer.Publish.Sum(publish => publish.Count) <= ServiceAnswer.MaxPublishes, "publishes are bounded");
        BrokenInvariantException.ThrowIfNot(answer.Join.Count <= ServiceAnswer.MaxRooms && answer.Leave.Count <= ServiceAnswer.MaxRooms, "rooms are bounded");
        BrokenInvariantException.ThrowIfNot(answer.Join.Concat(answer.Leave).All(room => EnvelopeRules.IsRoom(room)), "rooms have names");
        CheckJson(answer.Reply, Rules.MaxReplyBytes);
        CheckJson(answer.State is { Length: 0 } ? null : answer.State, Session.MaxStateBytes);
    }

    /// <summary>What goes to clients is bounded JSON that fits into an envelope.</summary>
    public static void CheckJson(byte[]? value, int maxBytes)
    {
        if (value is not null)
        {
            BrokenInvariantException.ThrowIfNot(value.Length <= maxBytes, "a value is bounded");
            JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = EnvelopeRules.MaxDepth - 1 }).Dispose();
        }
    }
}
