using WsPrism.Core.Answers;
using WsPrism.Services;

namespace WsPrism.Plugins.Wasm;

/// <summary>Reads what a module says to a message as something to do on the session's shard; null and a problem where it is no answer.</summary>
internal delegate Action<IExtContext>? ReadVerdict(ReadOnlyMemory<byte> json, in AnswerRules rules, IReadOnlyList<AnswerPublish> publishes, out string problem);

/// <summary>The answers of services and of filters.</summary>
internal static class WasmVerdict
{
    public static Action<IExtContext>? ReadService(ReadOnlyMemory<byte> json, in AnswerRules rules, IReadOnlyList<AnswerPublish> publishes, out string problem) =>
        ServiceAnswer.TryRead(json, rules, out var answer, out problem) && answer.With(publishes, out problem) is { } whole ? whole.Apply : null;

    public static Action<IExtContext>? ReadFilter(ReadOnlyMemory<byte> json, in AnswerRules rules, IReadOnlyList<AnswerPublish> publishes, out string problem) =>
        FilterAnswer.TryRead(json, rules, out var answer, out problem) && answer.Rest.With(publishes, out problem) is { } rest
            ? new FilterAnswer(answer.Change, rest).Apply
            : null;
}
