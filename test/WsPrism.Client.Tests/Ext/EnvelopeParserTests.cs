using System.Text;
using System.Text.Json.Nodes;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Tests.Ext;

public sealed class EnvelopeParserTests
{
    [Fact]
    public void All_fields_are_read_in_any_order_and_unknown_ones_let_pass()
    {
        var message = Parse("""{"later":{"a":[1]},"data":{"x":1},"type":"b","trace_id":"t","room":"r\u00e9","svc":"a","offset":18446744073709551615,"id":7,"v":1}""")!;

        Assert.Equal(("a", "b", "ré", ulong.MaxValue, 7L, "t"), (message.Svc, message.Type, message.Room, message.Offset, message.Id, message.TraceId));
        Assert.Equal("""{"x":1}""", message.Data.GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\"")]
    [InlineData("""{"svc":"a","type":"b"} x""")]
    [InlineData("""{"svc":"a","type":"b","room":null}""")]
    [InlineData("""{"svc":"a","type":"b","offset":-1}""")]
    [InlineData("""{"svc":"\ud800","type":"b"}""")]
    public void What_is_no_envelope_is_none(string text) => Assert.Null(Parse(text));

    // What the client writes the gateway reads: the vectors are what it must take.
    [Fact]
    public void What_is_written_is_what_the_golden_vectors_have()
    {
        var vectors = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors/envelope.json")))!.AsArray();
        var checkedOnes = 0;
        foreach (var vector in vectors.Where(vector => vector!["expect"]?["svc"] is not null && vector["error"] is null))
        {
            var expect = vector!["expect"]!;
            var id = expect["id"] is JsonValue value && value.TryGetValue<long>(out var number) ? number : (long?)null;
            var bytes = EnvelopeBuilder.Build(
                (string)expect["svc"]!, (string)expect["type"]!, (string?)expect["room"], expect["data"] is { } data ? JsonData.Parse((string)data!) : default, id);

            var error = Protocol.Ext.EnvelopeReader.TryRead(bytes, new byte[Protocol.Ext.EnvelopeReader.ScratchLength], out var envelope);

            Assert.Equal(Protocol.ErrorCode.None, error);
            Assert.Equal((string)expect["svc"]!, Encoding.UTF8.GetString(envelope.Svc));
            Assert.Equal((string?)expect["room"] ?? string.Empty, Encoding.UTF8.GetString(envelope.Room));
            Assert.Equal((string?)expect["data"] ?? string.Empty, Encoding.UTF8.GetString(envelope.Data));
            checkedOnes++;
        }

        Assert.True(checkedOnes > 5);
    }

    [Fact]
    public void Whatever_comes_it_does_not_throw()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var whole = Encoding.UTF8.GetBytes("""{"v":1,"svc":"chat","type":"msg","room":"lobby","offset":42,"id":"x","data":{"from":"user:a","list":[1,2.5e3,null,true,"\u00e9"]},"trace_id":"t"}""");
        for (var cut = 0; cut < whole.Length; cut++)
            Assert.Null(EnvelopeParser.Parse(whole.AsSpan(0, cut)));

        for (var i = 0; i < 50_000; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = EnvelopeParser.Parse(bytes)?.ToString();
        }
    }

    private static Message? Parse(string text) => EnvelopeParser.Parse(Encoding.UTF8.GetBytes(text));
}
