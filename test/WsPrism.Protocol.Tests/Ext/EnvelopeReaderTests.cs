using WsPrism.Protocol.Ext;

namespace WsPrism.Protocol.Tests.Ext;

public sealed class EnvelopeReaderTests
{
    [Fact]
    public void Envelope_with_an_unknown_field_is_bad_request()
    {
        Assert.Equal(ErrorCode.BadRequest, ErrorOf("""{"svc":"a","type":"b","Svc":"a"}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("{}")]
    [InlineData("{}{}")]
    [InlineData("[{}]")]
    [InlineData("{\"svc\"")]
    [InlineData("{\"svc\":")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\"")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\"}]")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\"}/**/")]
    [InlineData("{/**/\"svc\":\"a\",\"type\":\"b\"}")]
    [InlineData("{'svc':'a','type':'b'}")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\",\"data\":[1,]}")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\",\"data\":NaN}")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\",\"data\":01}")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\",\"data\":\"\\x\"}")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\",\"data\":\"\\u12g4\"}")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\",\"data\":\"\n\"}")]
    [InlineData("{\"svc\":\"a\",\"type\":\"b\",\"data\":}")]
    public void Message_that_is_not_one_envelope_is_bad_request(string message)
    {
        Assert.Equal(ErrorCode.BadRequest, ErrorOf(message));
    }

    [Theory]
    [InlineData("\"svc\":null,\"type\":\"b\"")]
    [InlineData("\"svc\":1,\"type\":\"b\"")]
    [InlineData("\"svc\":[\"a\"],\"type\":\"b\"")]
    [InlineData("\"svc\":\"a\",\"type\":{\"b\":1}")]
    [InlineData("\"svc\":\"a\",\"type\":true")]
    [InlineData("\"svc\":\"a\",\"type\":\"b\",\"room\":null")]
    [InlineData("\"svc\":\"a\",\"type\":\"b\",\"room\":5")]
    [InlineData("\"svc\":\"a\",\"type\":\"b\",\"id\":null")]
    [InlineData("\"svc\":\"a\",\"type\":\"b\",\"id\":true")]
    [InlineData("\"svc\":\"a\",\"type\":\"b\",\"id\":{}")]
    [InlineData("\"svc\":\"a\",\"type\":\"b\",\"v\":null")]
    [InlineData("\"svc\":\"a\",\"type\":\"b\",\"v\":[1]")]
    public void Field_of_the_wrong_type_is_bad_request(string fields)
    {
        Assert.Equal(ErrorCode.BadRequest, ErrorOf($"{{{fields}}}"));
    }

    [Theory]
    [InlineData("1", ErrorCode.None)]
    [InlineData("0", ErrorCode.UnsupportedVersion)]
    [InlineData("-0", ErrorCode.UnsupportedVersion)]
    [InlineData("-1", ErrorCode.UnsupportedVersion)]
    [InlineData("2", ErrorCode.UnsupportedVersion)]
    [InlineData("11", ErrorCode.UnsupportedVersion)]
    [InlineData("99999999999999999999999", ErrorCode.UnsupportedVersion)]
    [InlineData("1.0", ErrorCode.BadRequest)]
    [InlineData("1e0", ErrorCode.BadRequest)]
    [InlineData("2.5", ErrorCode.BadRequest)]
    public void Version_is_the_integer_one(string version, ErrorCode expected)
    {
        Assert.Equal(expected, ErrorOf($$"""{"v":{{version}},"svc":"a","type":"b"}"""));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a0_.-z")]
    public void Names_of_the_alphabet_are_accepted(string name)
    {
        var envelope = EnvelopeSnapshot.Read($$"""{"svc":"{{name}}","type":"{{name}}"}""");

        Assert.Equal(ErrorCode.None, envelope.Error);
        Assert.Equal((name, name), (envelope.Svc, envelope.Type));
    }

    [Theory]
    [InlineData("0a")]
    [InlineData("_a")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("aB")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("é")]
    [InlineData("a\u0301")]
    [InlineData("a\\u0000")]
    [InlineData("a\\n")]
    [InlineData("\\ud83d\\ude00")]
    public void Names_outside_the_alphabet_are_bad_request(string name)
    {
        Assert.Equal(ErrorCode.BadRequest, ErrorOf($$"""{"svc":"{{name}}","type":"b"}"""));
        Assert.Equal(ErrorCode.BadRequest, ErrorOf($$"""{"svc":"a","type":"{{name}}"}"""));
    }

    [Theory]
    [InlineData("\"svc\":\"a\"")]
    [InlineData("\"type\":\"b\"")]
    [InlineData("\"room\":\"r\"")]
    [InlineData("\"data\":1")]
    [InlineData("\"id\":1")]
    [InlineData("\"v\":1")]
    public void Repeated_field_is_bad_request(string field)
    {
        Assert.Equal(ErrorCode.BadRequest, ErrorOf($$"""{"svc":"a","type":"b","room":"r","data":1,"id":1,"v":1,{{field}}}"""));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("0")]
    [InlineData("-1.50E+10")]
    [InlineData("\"\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("[ ]")]
    [InlineData("{ \"a\" : { } , \"a\" : [ 1 , 2 ] }")]
    public void Data_of_any_kind_stays_as_sent(string data)
    {
        Assert.Equal(data, EnvelopeSnapshot.Read($$"""{"data": {{data}} ,"svc":"a","type":"b"}""").Data);
        Assert.Equal(data, EnvelopeSnapshot.Read($$"""{"svc":"a","type":"b","data":{{data}}}""").Data);
    }

    [Fact]
    public void Absent_fields_are_absent()
    {
        var envelope = EnvelopeSnapshot.Read("""{"svc":"a","type":"b"}""");

        Assert.Equal(new EnvelopeSnapshot(ErrorCode.None, "a", "b", null, null, null, null, false), envelope);
    }

    [Fact]
    public void White_space_is_allowed_wherever_json_allows_it()
    {
        var envelope = EnvelopeSnapshot.Read("\t\r\n { \"svc\" : \"a\" ,\n\"type\"\t:\"b\" , \"id\" : 7 } \r\n");

        Assert.Equal(new EnvelopeSnapshot(ErrorCode.None, "a", "b", null, null, "7", "7", true), envelope);
    }

    [Fact]
    public void Every_value_may_be_written_in_escapes()
    {
        var envelope = EnvelopeSnapshot.Read(
            """{"\u0073\u0076\u0063":"\u0061","\u0074ype":"\u0062","r\u006fom":"\u0072\/\"\\","\u0064ata":1,"i\u0064":"\u0069\n","\u0076":1}""");

        Assert.Equal(new EnvelopeSnapshot(ErrorCode.None, "a", "b", "r/\"\\", "1", "\"\\u0069\\n\"", "i\n", false), envelope);
    }

    [Fact]
    public void Scratch_that_is_too_short_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => EnvelopeReader.TryRead("{}"u8, new byte[EnvelopeReader.ScratchLength - 1], out _));
    }

    private static ErrorCode ErrorOf(string message) => EnvelopeSnapshot.Read(message).Error;
}
