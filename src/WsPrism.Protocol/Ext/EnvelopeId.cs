namespace WsPrism.Protocol.Ext;

/// <summary>
/// The <c>id</c> of an envelope: a string of 1–64 bytes or an integer in the range of <see cref="long"/>.
/// <c>7</c> and <c>"7"</c> are different ids: compare <see cref="IsNumber"/> and <see cref="Value"/> together.
/// </summary>
public readonly ref struct EnvelopeId
{
    /// <summary>The longest <see cref="RawToken"/> in bytes: 64 escaped characters of six bytes and two quotes.</summary>
    public const int MaxRawTokenLength = EnvelopeRules.MaxIdLength * 6 + 2;

    /// <summary>Whether there is an id, and so a <c>sys.ack</c> or <c>sys.error</c> to send.</summary>
    public bool IsPresent => !RawToken.IsEmpty;

    /// <summary>Whether the id is a JSON number.</summary>
    public bool IsNumber { get; init; }

    /// <summary>
    /// The id in one canonical form, for comparing: the text with escapes resolved (UTF-8, may hold control characters),
    /// or the digits, with <c>-0</c> given as <c>0</c>.
    /// </summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The JSON token as sent, quotes and escapes included, for <see cref="OutboundEnvelope.IdToken"/>.</summary>
    public ReadOnlySpan<byte> RawToken { get; init; }
}
