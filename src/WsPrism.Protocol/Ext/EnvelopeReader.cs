using System.Text.Unicode;

namespace WsPrism.Protocol.Ext;

/// <summary>
/// Reads envelopes from clients, strictly: unknown or repeated fields, wrong types, bad names, invalid UTF-8, a byte order
/// mark, comments, trailing commas and nesting beyond <see cref="EnvelopeRules.MaxDepth"/> are refused. Thread-safe.
/// </summary>
public static class EnvelopeReader
{
    /// <summary>The bytes of scratch that <see cref="TryRead"/> needs; small enough for the stack.</summary>
    public const int ScratchLength = EnvelopeScan.ScratchLength;

    /// <summary>
    /// Reads one message, whatever it holds, without allocating.
    /// </summary>
    /// <param name="message">The whole text message.</param>
    /// <param name="scratch">
    /// At least <see cref="ScratchLength"/> bytes. Values that contain escapes are resolved into it, so it must live, unchanged,
    /// as long as <paramref name="envelope"/> is in use. Its content before the call does not matter.
    /// </param>
    /// <param name="envelope">
    /// The envelope. After an error in well-formed JSON it holds the fields that are valid on their own, so that the error answer
    /// can carry <see cref="Envelope.Id"/>; of a repeated field the first counts. Where the message is not a JSON object at all,
    /// it is empty.
    /// </param>
    /// <returns>
    /// <see cref="ErrorCode.None"/>, <see cref="ErrorCode.BadRequest"/> or <see cref="ErrorCode.UnsupportedVersion"/>. Of several
    /// errors the first in the message is answered; missing fields come last, and broken JSON before everything.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scratch"/> is too short.</exception>
    public static ErrorCode TryRead(ReadOnlySpan<byte> message, Span<byte> scratch, out Envelope envelope)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, ScratchLength, nameof(scratch));

        envelope = default;
        if (!Utf8.IsValid(message))
            return ErrorCode.BadRequest;

        var scan = new EnvelopeScan(message, scratch);
        if (!scan.TryRun())
            return ErrorCode.BadRequest;

        envelope = scan.ToEnvelope();
        return scan.Error;
    }
}
