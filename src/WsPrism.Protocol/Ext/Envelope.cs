namespace WsPrism.Protocol.Ext;

/// <summary>
/// An envelope from a client, as <see cref="EnvelopeReader"/> saw it. The spans point into the message and the scratch
/// buffer it was read from and are valid as long as those are unchanged.
/// </summary>
public readonly ref struct Envelope
{
    /// <summary>The service, 1–64 bytes of <c>[a-z][a-z0-9_.-]*</c>. Empty only where reading failed.</summary>
    public ReadOnlySpan<byte> Svc { get; init; }

    /// <summary>The message type, same alphabet and length as <see cref="Svc"/>. Empty only where reading failed.</summary>
    public ReadOnlySpan<byte> Type { get; init; }

    /// <summary>The room, 1–128 bytes of UTF-8 with escapes resolved. Empty where <see cref="HasRoom"/> is false.</summary>
    public ReadOnlySpan<byte> Room { get; init; }

    /// <summary>
    /// The raw JSON of <c>data</c>, byte for byte as sent: well-formed, at most 32 levels deep counting the envelope
    /// itself; everything else about it is unchecked. Empty where <see cref="HasData"/> is false.
    /// </summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The id to answer with, if the client asked for an answer.</summary>
    public EnvelopeId Id { get; init; }

    /// <summary>Whether the envelope names a room.</summary>
    public bool HasRoom => !Room.IsEmpty;

    /// <summary>Whether the envelope carries data; <c>"data":null</c> counts.</summary>
    public bool HasData => !Data.IsEmpty;
}
