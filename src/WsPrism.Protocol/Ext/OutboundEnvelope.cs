namespace WsPrism.Protocol.Ext;

/// <summary>
/// An envelope to a client, for <see cref="EnvelopeWriter"/>. Spans that are empty are left out. Nothing is checked: the caller
/// vouches for what each field says about its content.
/// </summary>
public readonly ref struct OutboundEnvelope
{
    /// <summary>The service; see <see cref="EnvelopeRules.IsName"/>.</summary>
    public required ReadOnlySpan<byte> Svc { get; init; }

    /// <summary>The message type; see <see cref="EnvelopeRules.IsName"/>.</summary>
    public required ReadOnlySpan<byte> Type { get; init; }

    /// <summary>The room as plain UTF-8; the writer escapes it. Empty: no room.</summary>
    public ReadOnlySpan<byte> Room { get; init; }

    /// <summary>The position in the room's history. Written only where <see cref="HasOffset"/> is true.</summary>
    public ulong Offset { get; init; }

    /// <summary>Whether <see cref="Offset"/> is written; zero is an offset too.</summary>
    public bool HasOffset { get; init; }

    /// <summary>The raw JSON token of the id, as in <see cref="EnvelopeId.RawToken"/>. Empty: no id.</summary>
    public ReadOnlySpan<byte> IdToken { get; init; }

    /// <summary>One well-formed JSON value, written as it is. Empty: no data.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The trace id as plain UTF-8; the writer escapes it. Empty: no trace id.</summary>
    public ReadOnlySpan<byte> TraceId { get; init; }
}
