using System.Text;

namespace WsPrism.Protocol.Tests.Ext;

/// <summary>Each limit at the limit and one past it, written plainly and in escapes.</summary>
public sealed class EnvelopeLimitTests
{
    [Theory]
    [InlineData(64, ErrorCode.None)]
    [InlineData(65, ErrorCode.BadRequest)]
    public void Name_is_at_most_64_bytes(int length, ErrorCode expected)
    {
        var name = new string('a', length);

        Assert.Equal(expected, ErrorOf($$"""{"svc":"{{name}}","type":"b"}"""));
        Assert.Equal(expected, ErrorOf($$"""{"svc":"{{Escaped(name)}}","type":"b"}"""));
        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"{{name}}"}"""));
        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"{{Escaped(name)}}"}"""));
    }

    [Theory]
    [InlineData("r", 1, ErrorCode.None)]
    [InlineData("r", 128, ErrorCode.None)]
    [InlineData("r", 129, ErrorCode.BadRequest)]
    [InlineData("é", 64, ErrorCode.None)]
    [InlineData("é", 65, ErrorCode.BadRequest)]
    [InlineData("漢", 42, ErrorCode.None)]
    [InlineData("漢", 43, ErrorCode.BadRequest)]
    [InlineData("😀", 32, ErrorCode.None)]
    [InlineData("😀", 33, ErrorCode.BadRequest)]
    public void Room_is_at_most_128_bytes_of_utf8(string character, int count, ErrorCode expected)
    {
        var room = string.Concat(Enumerable.Repeat(character, count));

        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"b","room":"{{room}}"}"""));
        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"b","room":"{{Escaped(room)}}"}"""));
    }

    [Theory]
    [InlineData("", 1, ErrorCode.BadRequest)]
    [InlineData("i", 1, ErrorCode.None)]
    [InlineData("i", 64, ErrorCode.None)]
    [InlineData("i", 65, ErrorCode.BadRequest)]
    [InlineData("é", 32, ErrorCode.None)]
    [InlineData("é", 33, ErrorCode.BadRequest)]
    public void Text_id_is_1_to_64_bytes(string character, int count, ErrorCode expected)
    {
        var id = string.Concat(Enumerable.Repeat(character, count));

        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"b","id":"{{id}}"}"""));
        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"b","id":"{{Escaped(id)}}"}"""));
    }

    [Theory]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    public void Number_id_of_the_i64_range_is_accepted(string token, string value)
    {
        var envelope = EnvelopeSnapshot.Read($$"""{"svc":"a","type":"b","id":{{token}}}""");

        Assert.Equal(new EnvelopeSnapshot(ErrorCode.None, "a", "b", null, null, token, value, true), envelope);
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("1E2")]
    [InlineData("-0.0")]
    public void Number_id_outside_the_i64_range_or_with_a_fraction_is_bad_request(string token)
    {
        var envelope = EnvelopeSnapshot.Read($$"""{"svc":"a","type":"b","id":{{token}}}""");

        Assert.Equal((ErrorCode.BadRequest, null), (envelope.Error, envelope.IdToken));
    }

    [Theory]
    [InlineData(32, ErrorCode.None)]
    [InlineData(33, ErrorCode.BadRequest)]
    public void Message_has_at_most_32_levels(int levels, ErrorCode expected)
    {
        var arrays = new string('[', levels - 1) + new string(']', levels - 1);
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", levels - 2)) + "{}" + new string('}', levels - 2);

        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"b","data":{{arrays}}}"""));
        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"b","data":{{objects}}}"""));
        Assert.Equal(expected, ErrorOf($$"""{"svc":"a","type":"b","data":[1,[],{{arrays[1..^1]}},[]]}"""));
    }

    private static string Escaped(string text) =>
        text.Aggregate(new StringBuilder(), (builder, unit) => builder.Append($"\\u{(int)unit:x4}")).ToString();

    private static ErrorCode ErrorOf(string message) => EnvelopeSnapshot.Read(message).Error;
}
