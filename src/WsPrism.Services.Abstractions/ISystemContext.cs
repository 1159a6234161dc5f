using System.Text.Json;

namespace WsPrism.Services;

/// <summary>What the gateway's own <c>sys</c> service may do beyond what any service may.</summary>
internal interface ISystemContext : IExtContext
{
    /// <summary>Writes the sender's own ledger (PROTOCOL §5) as a JSON object.</summary>
    void WriteLedger(Utf8JsonWriter json);

    /// <summary>
    /// Replaces the sender's ticket, and with it when the session ends and which rooms it may join; or refuses the message. Where somebody outside has to be
    /// asked about the ticket the message is deferred. It is the last thing that a service does with a message.
    /// </summary>
    void RefreshTicket(ReadOnlySpan<byte> ticket);
}
