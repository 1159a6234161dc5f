using System.Text;
using System.Text.Json;
using WsPrism.Protocol.Ext;

namespace WsPrism.Protocol.Tests.Ext;

public sealed class EnvelopePropertyTests
{
    [Fact]
    public void Valid_envelope_agrees_with_the_document_model()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            var message = RandomEnvelope.Create(random);

            var envelope = EnvelopeSnapshot.Read(message);

            Assert.Equal(ErrorCode.None, envelope.Error);
            AgreesWithDocument(message, envelope);
        });
    }

    [Fact]
    public void Damaged_envelope_never_throws_and_agrees_where_it_is_accepted()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            var message = RandomEnvelope.Damage(random, RandomEnvelope.Create(random));

            var envelope = EnvelopeSnapshot.Read(message);

            if (envelope.Error == ErrorCode.None)
                AgreesWithDocument(message, envelope);
        }, count: 20_000);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            byte[] message = [.. "{"u8, .. RandomValues.Bytes(random, 100)];

            Assert.Equal(ErrorCode.BadRequest, EnvelopeSnapshot.Read(message).Error);
        });
    }

    [Fact]
    public void Envelope_reads_back_as_written()
    {
        PropertyCheck.Holds(RandomValues.Sources, random =>
        {
            var envelope = EnvelopeSnapshot.Read(RandomEnvelope.Create(random));

            var again = EnvelopeSnapshot.Read(Write(envelope));

            Assert.Equal(envelope, again);
        });
    }

    private static byte[] Write(EnvelopeSnapshot envelope)
    {
        var outbound = new OutboundEnvelope
        {
            Svc = Encoding.UTF8.GetBytes(envelope.Svc),
            Type = Encoding.UTF8.GetBytes(envelope.Type),
            Room = Encoding.UTF8.GetBytes(envelope.Room ?? ""),
            IdToken = Encoding.UTF8.GetBytes(envelope.IdToken ?? ""),
            Data = Encoding.UTF8.GetBytes(envelope.Data ?? "")
        };
        var destination = new byte[EnvelopeWriter.GetMaxLength(outbound)];
        return destination[..EnvelopeWriter.Write(outbound, destination)];
    }

    private static void AgreesWithDocument(byte[] message, EnvelopeSnapshot envelope)
    {
        using var document = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = EnvelopeRules.MaxDepth });
        var root = document.RootElement;

        Assert.Equal(root.GetProperty("svc").GetString(), envelope.Svc);
        Assert.Equal(root.GetProperty("type").GetString(), envelope.Type);
        Assert.Equal(root.TryGetProperty("room", out var room) ? room.GetString() : null, envelope.Room);
        Assert.Equal(root.TryGetProperty("data", out var data) ? data.GetRawText() : null, envelope.Data);
        Assert.Equal(root.TryGetProperty("id", out var id) ? id.GetRawText() : null, envelope.IdToken);
        if (envelope.IdToken is null)
            return;

        Assert.Equal(envelope.IdIsNumber, id.ValueKind == JsonValueKind.Number);
        var value = envelope.IdIsNumber ? id.GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture) : id.GetString();
        Assert.Equal(value, envelope.IdValue);
    }
}
