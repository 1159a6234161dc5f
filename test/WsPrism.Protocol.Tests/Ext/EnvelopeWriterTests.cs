using System.Text;
using System.Text.Json;
using WsPrism.Protocol.Ext;

namespace WsPrism.Protocol.Tests.Ext;

public sealed class EnvelopeWriterTests
{
    [Fact]
    public void Smallest_envelope_has_version_and_names_only()
    {
        Assert.Equal("""{"v":1,"svc":"sys","type":"ack"}""", Write(new OutboundEnvelope { Svc = "sys"u8, Type = "ack"u8 }));
    }

    [Fact]
    public void All_fields_come_in_the_order_of_the_protocol()
    {
        var text = Write(new OutboundEnvelope
        {
            TraceId = "0af7"u8,
            Data = "{ \"a\": 1 }"u8,
            IdToken = "\"\\u0069\""u8,
            HasOffset = true,
            Offset = ulong.MaxValue,
            Room = "lobby"u8,
            Type = "msg"u8,
            Svc = "chat"u8
        });

        Assert.Equal(
            """{"v":1,"svc":"chat","type":"msg","room":"lobby","offset":18446744073709551615,"id":"\u0069","data":{ "a": 1 },"trace_id":"0af7"}""",
            text);
    }

    [Fact]
    public void Offset_zero_is_written_only_when_it_is_one()
    {
        Assert.Contains("\"offset\":0", Write(new OutboundEnvelope { Svc = "a"u8, Type = "b"u8, HasOffset = true }), StringComparison.Ordinal);
        Assert.DoesNotContain("offset", Write(new OutboundEnvelope { Svc = "a"u8, Type = "b"u8, Offset = 5 }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\"b\\c/d", """a\"b\\c/d""")]
    [InlineData("\b\f\n\r\t", """\b\f\n\r\t""")]
    [InlineData("\0\u0001\u000b\u001f", """\u0000\u0001\u000b\u001f""")]
    [InlineData("\u007f\u0080 é漢😀\u202e\u2028<>&'", "\u007f\u0080 é漢😀\u202e\u2028<>&'")]
    public void Room_and_trace_id_are_escaped_as_little_as_json_allows(string text, string escaped)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        var written = Write(new OutboundEnvelope { Svc = "a"u8, Type = "b"u8, Room = bytes, TraceId = bytes });

        Assert.Equal($$"""{"v":1,"svc":"a","type":"b","room":"{{escaped}}","trace_id":"{{escaped}}"}""", written);
        Assert.Equal(text, JsonDocument.Parse(written).RootElement.GetProperty("room").GetString());
    }

    [Fact]
    public void Longest_envelope_fits_the_length_asked_for_exactly()
    {
        var envelope = new OutboundEnvelope
        {
            Svc = "a"u8,
            Type = "b"u8,
            Room = "\0\0\0"u8,
            HasOffset = true,
            Offset = ulong.MaxValue,
            IdToken = "1"u8,
            Data = "2"u8,
            TraceId = "\0"u8
        };
        var destination = new byte[EnvelopeWriter.GetMaxLength(envelope)];

        Assert.Equal(destination.Length, EnvelopeWriter.Write(envelope, destination));
        JsonDocument.Parse(destination);
    }

    [Fact]
    public void Destination_that_is_too_short_is_refused()
    {
        Assert.Throws<ArgumentException>(() =>
        {
            var envelope = new OutboundEnvelope { Svc = "a"u8, Type = "b"u8 };
            EnvelopeWriter.Write(envelope, new byte[EnvelopeWriter.GetMaxLength(envelope) - 1]);
        });
    }

    private static string Write(in OutboundEnvelope envelope)
    {
        var destination = new byte[EnvelopeWriter.GetMaxLength(envelope)];
        return Encoding.UTF8.GetString(destination.AsSpan(0, EnvelopeWriter.Write(envelope, destination)));
    }
}
