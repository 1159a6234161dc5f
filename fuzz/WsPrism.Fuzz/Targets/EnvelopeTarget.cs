using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Fuzz.References;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Reads envelopes. Every answer must be the one of the same rules on .NET's JSON reader; what is accepted must agree with the document model, keep the
/// rules, and read the same after being written.
/// </summary>
internal sealed class EnvelopeTarget : IFuzzTarget
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = EnvelopeRules.MaxDepth };

    public string Name => "envelope";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"svc":"sys","type":"ping"}""",
            """ {"v":1,"svc":"chat","type":"send","room":"match:1","id":"a-1","data":{"msg":"Hello \u00e9 World","n":[1,2.50e1,null,true]}} """,
            """{"id":-9223372036854775808,"data":[[[[{}]]]],"room":"\ud83d\ude00\"\\\/","type":"b","svc":"a"}""",
            """{"s\u0076c":"ch\u0061t","type":"send","room":"café 漢 😀","id":"\u0000\n","data":"x"}""",
            $$"""{"svc":"a","type":"b","data":{{new string('[', EnvelopeRules.MaxDepth - 1)}}{{new string(']', EnvelopeRules.MaxDepth - 1)}}}""",
            $$"""{"svc":"a","type":"b","id":1,"data":{{new string('[', 1_023)}}{{new string(']', 1_023)}}}"""
        }.Select(Encoding.UTF8.GetBytes)
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "\"v\":1,", "\"v\":2,", "\"svc\":\"a\",", "\"type\":\"b\",", "\"room\":\"r\",", "\"id\":7,", "\"id\":\"i\",", "\"data\":0,", "\"x\":0,",
            "{", "}", "[", "]", "[]", ",", ":", "\"", "\\", "\\\"", "\\u0000", "\\u0085", "\\u009f", "\u009F", "\\ud83d", "\\ude00", "\\u0061",
            "null", "true", "-0", "0.5", "1e9", "9223372036854775807", "9223372036854775808", "\u0085", "\uFEFF", "//", "/**/", " ", "{\"a\":"
        }.Select(Encoding.UTF8.GetBytes)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
        scratch.Fill(0xFF);
        var error = EnvelopeReader.TryRead(input, scratch, out var envelope);

        AgreesWithTheReference(input, error, envelope);
        KeepsTheRules(envelope);
        if (error != ErrorCode.None)
        {
            BrokenInvariantException.ThrowIfNot(
                error is ErrorCode.BadRequest or ErrorCode.UnsupportedVersion, "the only errors are BAD_REQUEST and UNSUPPORTED_VERSION");
            return;
        }

        BrokenInvariantException.ThrowIfNot(!envelope.Svc.IsEmpty && !envelope.Type.IsEmpty, "an accepted envelope has its names");
        AgreesWithTheDocument(input, envelope);
        ReadsTheSameAfterWriting(envelope);
    }

    private static void AgreesWithTheReference(ReadOnlySpan<byte> input, ErrorCode error, in Envelope envelope)
    {
        Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
        var expected = ReferenceEnvelopeScan.TryRead(input, scratch, out var other);
        BrokenInvariantException.ThrowIfNot(error == expected, $"the reference answers {expected}, not {error}");
        BrokenInvariantException.ThrowIfNot(
            envelope.Svc.SequenceEqual(other.Svc) && envelope.Type.SequenceEqual(other.Type) && envelope.Room.SequenceEqual(other.Room)
            && envelope.Data.SequenceEqual(other.Data) && envelope.Id.RawToken.SequenceEqual(other.Id.RawToken)
            && envelope.Id.Value.SequenceEqual(other.Id.Value) && envelope.Id.IsNumber == other.Id.IsNumber,
            "the reference reads the same fields");
    }

    private static void KeepsTheRules(in Envelope envelope)
    {
        BrokenInvariantException.ThrowIfNot(envelope.Svc.IsEmpty || EnvelopeRules.IsName(envelope.Svc), "svc is a name");
        BrokenInvariantException.ThrowIfNot(envelope.Type.IsEmpty || EnvelopeRules.IsName(envelope.Type), "type is a name");
        BrokenInvariantException.ThrowIfNot(Utf8.IsValid(envelope.Room) && Utf8.IsValid(envelope.Id.Value), "text is UTF-8");
        BrokenInvariantException.ThrowIfNot(envelope.Room.Length <= EnvelopeRules.MaxRoomLength, "a room is short");
        foreach (var rune in Encoding.UTF8.GetString(envelope.Room).EnumerateRunes())
            BrokenInvariantException.ThrowIfNot(!Rune.IsControl(rune), "a room has no controls");

        BrokenInvariantException.ThrowIfNot(envelope.Id.IsPresent == !envelope.Id.Value.IsEmpty, "an id has a token and a value");
        BrokenInvariantException.ThrowIfNot(
            envelope.Id.Value.Length <= EnvelopeRules.MaxIdLength && envelope.Id.RawToken.Length <= EnvelopeId.MaxRawTokenLength,
            "an id is short");
    }

    private static void AgreesWithTheDocument(ReadOnlySpan<byte> input, in Envelope envelope)
    {
        using var document = JsonDocument.Parse(input.ToArray(), Strict);
        var fields = 2;
        BrokenInvariantException.ThrowIfNot(Property("svc").ValueEquals(envelope.Svc), "svc as in the document");
        BrokenInvariantException.ThrowIfNot(Property("type").ValueEquals(envelope.Type), "type as in the document");
        if (document.RootElement.TryGetProperty("v", out var version))
            BrokenInvariantException.ThrowIfNot(version.GetInt32() == 1 && ++fields > 0, "v is 1");
        if (envelope.HasRoom)
            BrokenInvariantException.ThrowIfNot(Property("room").ValueEquals(envelope.Room) && ++fields > 0, "room as in the document");
        if (envelope.HasData)
            BrokenInvariantException.ThrowIfNot(Raw("data").SequenceEqual(envelope.Data) && ++fields > 0, "data as in the document");
        if (envelope.Id.IsPresent)
            BrokenInvariantException.ThrowIfNot(Raw("id").SequenceEqual(envelope.Id.RawToken) && ++fields > 0, "id as in the document");
        if (envelope.Id.IsPresent && !envelope.Id.IsNumber)
            BrokenInvariantException.ThrowIfNot(Property("id").ValueEquals(envelope.Id.Value), "the id's text as in the document");

        BrokenInvariantException.ThrowIfNot(document.RootElement.EnumerateObject().Count() == fields, "no field is missed");

        JsonElement Property(string name) => document.RootElement.GetProperty(name);

        ReadOnlySpan<byte> Raw(string name) => Encoding.UTF8.GetBytes(Property(name).GetRawText());
    }

    private static void ReadsTheSameAfterWriting(in Envelope envelope)
    {
        var outbound = new OutboundEnvelope
        {
            Svc = envelope.Svc,
            Type = envelope.Type,
            Room = envelope.Room,
            IdToken = envelope.Id.RawToken,
            Data = envelope.Data
        };
        var written = new byte[EnvelopeWriter.GetMaxLength(outbound)];
        var length = EnvelopeWriter.Write(outbound, written);

        Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
        var error = EnvelopeReader.TryRead(written.AsSpan(0, length), scratch, out var again);

        BrokenInvariantException.ThrowIfNot(error == ErrorCode.None, "what was written is accepted");
        BrokenInvariantException.ThrowIfNot(
            again.Svc.SequenceEqual(envelope.Svc) && again.Type.SequenceEqual(envelope.Type) && again.Room.SequenceEqual(envelope.Room)
            && again.Data.SequenceEqual(envelope.Data) && again.Id.Value.SequenceEqual(envelope.Id.Value)
            && again.Id.RawToken.SequenceEqual(envelope.Id.RawToken) && again.Id.IsNumber == envelope.Id.IsNumber,
            "what was written reads the same");
    }
}
