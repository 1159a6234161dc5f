using System.Text.Json;

namespace WsPrism.Services;

/// <summary>What the gateway's own services <c>sys</c> and <c>room</c> may do beyond what any service may.</summary>
internal interface ISystemContext : IExtContext
{
    /// <summary>Writes the sender's own ledger (PROTOCOL §5) as a JSON object.</summary>
    void WriteLedger(Utf8JsonWriter json);

    /// <summary>
    /// Replaces the sender's ticket, and with it when the session ends and which rooms it may join; or refuses the message. Where somebody outside has to be
    /// asked about the ticket the message is deferred. It is the last thing that a service does with a message.
    /// </summary>
    void RefreshTicket(ReadOnlySpan<byte> ticket);

    /// <summary>
    /// Answers with a page of a room's history: what was published after a position, before one, or without either last. Refuses the message where there is no place for
    /// the answer.
    /// </summary>
    void AnswerHistory(IRoom room, int limit, HistoryPosition? since, HistoryPosition? before, bool newestFirst);
}
