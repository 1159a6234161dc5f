using System.Text.Json;

namespace WsPrism.Protocol.Tests.Ext;

public sealed class EnvelopeVectorTests
{
    private const string File = "envelope.json";

    public static TheoryData<string> Names => Vectors.Names(File);

    [Theory]
    [MemberData(nameof(Names))]
    public void Envelope_vector_reads_as_expected(string name)
    {
        var vector = Vectors.Find(File, name);

        var envelope = EnvelopeSnapshot.Read(vector.GetProperty("text").GetString()!);

        if (vector.TryGetProperty("error", out var error))
            Assert.Equal(error.GetString(), envelope.Error.Text());
        else
            Matches(vector.GetProperty("expect"), envelope);
    }

    private static void Matches(JsonElement expected, EnvelopeSnapshot envelope)
    {
        Assert.Equal(ErrorCode.None, envelope.Error);
        Assert.Equal(Text(expected, "svc"), envelope.Svc);
        Assert.Equal(Text(expected, "type"), envelope.Type);
        Assert.Equal(Text(expected, "room"), envelope.Room);
        Assert.Equal(Text(expected, "data"), envelope.Data);
        Assert.Equal(Text(expected, "id"), envelope.IdValue);
        Assert.Equal(expected.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number, envelope.IdIsNumber);
    }

    private static string? Text(JsonElement expected, string field) => expected.TryGetProperty(field, out var value) ? value.ToString() : null;
}
