using System.Text;
using WsPrism.Core.Answers;
using WsPrism.Core.Dispatch;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Reads what a module answered as a filter, and as an item that it publishes. Nothing is thrown; a changed message is one that a client could have sent.
/// </summary>
internal sealed class FilterAnswerTarget : IFuzzTarget
{
    private static readonly AnswerRules Rules = ServiceAnswerTarget.Rules;

    public string Name => "filter-answer";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"replace":{"type":"send","room":"match:7","data":{"msg":"****"}},"set_state":3}""",
            """{"error":{"code":"NOT_ALLOWED","msg":"No."},"kick":true,"publish":[{"to":{"room":"a"},"message":{"type":"y"}}]}""",
            """{"reply":{"a":[1,2,"x"]}}""",
            """{"to":{"user":"u"},"message":{"svc":"x","type":"y","data":[1]}}""",
            "{}", "",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "\"replace\":{", "\"type\":", "\"room\":", "\"data\":", "\"reply\":", "\"error\":{", "\"code\":", "\"publish\":[", "\"to\":{", "\"message\":{", "\"kick\":",
            "\"set_state\":", "null", "\\ud800", "\\u0000", "[[[[[[[[[[[[[[[[", "]]]]]]]]]]]]]]]]",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var json = input.ToArray();
        var publish = ServiceAnswer.ReadPublish(json, Rules);
        if (!FilterAnswer.TryRead(json, Rules, out var answer, out var problem))
        {
            BrokenInvariantException.ThrowIfNot(problem.Length > 0, "what is wrong has a reason");
            BrokenInvariantException.ThrowIfNot(ReferenceEquals(answer, FilterAnswer.Empty), "a wrong answer does nothing");
            return;
        }

        BrokenInvariantException.ThrowIfNot(publish is null, "an item is no answer");
        ServiceAnswerTarget.Check(answer.Rest);
        BrokenInvariantException.ThrowIfNot(answer.Rest.Join.Count == 0 && answer.Rest.Leave.Count == 0, "a filter moves nobody");
        BrokenInvariantException.ThrowIfNot(
            answer.Change is null || (answer.Rest.Reply is null && answer.Rest.Error.Code == ErrorCode.None), "what goes on is neither answered nor refused");
        if (answer.Change is { } change)
        {
            Check(change);
        }
    }

    private static void Check(EnvelopeChange change)
    {
        BrokenInvariantException.ThrowIfNot(change.Type is null || EnvelopeRules.IsName(change.Type), "a type is a name");
        BrokenInvariantException.ThrowIfNot(change.Room is null || EnvelopeRules.IsRoom(change.Room), "a room has a name");
        ServiceAnswerTarget.CheckJson(change.Data, Rules.MaxMessageBytes);
    }
}
