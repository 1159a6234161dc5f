using System.Buffers.Text;

namespace WsPrism.Protocol.Ext;

/// <summary>
/// Writes envelopes to clients as compact JSON, always in the same order of fields: <c>v, svc, type, room?, offset?, id?,
/// data?, trace_id?</c>. Thread-safe; nothing here allocates.
/// </summary>
public static class EnvelopeWriter
{
    // Every literal and the longest u64: {"v":1,"svc":"","type":"","room":"","offset":,"id":,"data":,"trace_id":""}
    private const int FixedLength = 94;

    /// <summary>
    /// The bytes of destination that <see cref="Write"/> asks for: what the envelope takes, and up to 68 bytes more, or five
    /// more per byte of a room or trace id that needs escaping.
    /// </summary>
    /// <exception cref="OverflowException">The envelope is longer than an <see cref="int"/> can say.</exception>
    public static int GetMaxLength(in OutboundEnvelope envelope) => checked(
        FixedLength + envelope.Svc.Length + envelope.Type.Length
        + JsonText.GetMaxEscapedLength(envelope.Room) + JsonText.GetMaxEscapedLength(envelope.TraceId)
        + envelope.IdToken.Length + envelope.Data.Length);

    /// <summary>Writes <paramref name="envelope"/> and answers how many bytes it took.</summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="destination"/> is shorter than <see cref="GetMaxLength"/>.
    /// </exception>
    public static int Write(in OutboundEnvelope envelope, Span<byte> destination)
    {
        if (destination.Length < GetMaxLength(envelope))
            throw new ArgumentException("The destination is shorter than GetMaxLength.", nameof(destination));

        var rest = Put("{\"v\":1,\"svc\":\""u8, destination);
        rest = Put(envelope.Svc, rest);
        rest = Put("\",\"type\":\""u8, rest);
        rest = Put(envelope.Type, rest);
        rest = Put("\""u8, rest);

        if (!envelope.Room.IsEmpty)
        {
            rest = Put(",\"room\":\""u8, rest);
            rest = JsonText.Escape(envelope.Room, rest);
            rest = Put("\""u8, rest);
        }

        if (envelope.HasOffset)
        {
            rest = Put(",\"offset\":"u8, rest);
            Utf8Formatter.TryFormat(envelope.Offset, rest, out var digits);
            rest = rest[digits..];
        }

        if (!envelope.IdToken.IsEmpty)
            rest = Put(envelope.IdToken, Put(",\"id\":"u8, rest));

        if (!envelope.Data.IsEmpty)
            rest = Put(envelope.Data, Put(",\"data\":"u8, rest));

        if (!envelope.TraceId.IsEmpty)
        {
            rest = Put(",\"trace_id\":\""u8, rest);
            rest = JsonText.Escape(envelope.TraceId, rest);
            rest = Put("\""u8, rest);
        }

        rest = Put("}"u8, rest);
        return destination.Length - rest.Length;
    }

    private static Span<byte> Put(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return destination[text.Length..];
    }
}
