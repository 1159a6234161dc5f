namespace WsPrism.Protocol.Tests.Ext;

/// <summary>Which of several errors is answered, and what the error answer can say about the message.</summary>
public sealed class EnvelopeErrorTests
{
    [Theory]
    [InlineData("""{"extra":[{"id":2}],"svc":"a","type":"b","room":"r","id":"x"}""")]
    [InlineData("""{"svc":"a","type":"b","room":"r","id":"x","data":1,"data":2}""")]
    [InlineData("""{"v":"1","svc":"a","type":"b","room":"r","id":"x"}""")]
    [InlineData("""{"svc":"a","svc":"other","type":"b","room":"r","id":"x"}""")]
    [InlineData("""{"svc":"a","type":"b","room":"r","id":"x","id":"y"}""")]
    public void Id_and_names_are_known_after_an_error_elsewhere(string message)
    {
        var envelope = EnvelopeSnapshot.Read(message) with { Data = null };

        Assert.Equal(new EnvelopeSnapshot(ErrorCode.BadRequest, "a", "b", "r", null, "\"x\"", "x", false), envelope);
    }

    [Theory]
    [InlineData("""{"svc":"A","type":"b","room":"r","id":7}""", "", "b", "r")]
    [InlineData("""{"svc":"a","type":{"id":[8]},"room":"r","id":7}""", "a", "", "r")]
    [InlineData("""{"svc":"a","type":"b","room":"","id":7}""", "a", "b", null)]
    [InlineData("""{"type":"b","room":"r","id":7}""", "", "b", "r")]
    [InlineData("""{"id":7}""", "", "", null)]
    public void Invalid_and_missing_fields_stay_empty_and_the_id_is_known(string message, string svc, string type, string? room)
    {
        var envelope = EnvelopeSnapshot.Read(message);

        Assert.Equal(new EnvelopeSnapshot(ErrorCode.BadRequest, svc, type, room, null, "7", "7", true), envelope);
    }

    [Theory]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1_000)]
    public void Id_behind_data_that_is_too_deep_is_known(int levels)
    {
        var deep = new string('[', levels - 1) + new string(']', levels - 1);

        var envelope = EnvelopeSnapshot.Read($$"""{"svc":"a","type":"b","data":{{deep}},"id":7}""");

        Assert.Equal((ErrorCode.BadRequest, "7"), (envelope.Error, envelope.IdToken));
    }

    [Theory]
    [InlineData("""{"id":7,"svc":"a","type":"b"} x""")]
    [InlineData("""{"id":7,"svc":"a","type":"b",}""")]
    [InlineData("""{"id":7,"svc":"a","type":"b","v":2""")]
    [InlineData("""{"v":2,"id":7,"svc":"a","type":"b"}}""")]
    public void Broken_json_is_bad_request_and_tells_nothing(string message)
    {
        Assert.Equal(new EnvelopeSnapshot(ErrorCode.BadRequest, "", "", null, null, null, null, false), EnvelopeSnapshot.Read(message));
    }

    [Theory]
    [InlineData("""{"v":2,"svc":"A","type":"b"}""", ErrorCode.UnsupportedVersion)]
    [InlineData("""{"svc":"A","type":"b","v":2}""", ErrorCode.BadRequest)]
    [InlineData("""{"v":2,"extra":1,"svc":"a","type":"b"}""", ErrorCode.UnsupportedVersion)]
    [InlineData("""{"extra":1,"v":2,"svc":"a","type":"b"}""", ErrorCode.BadRequest)]
    [InlineData("""{"v":2}""", ErrorCode.UnsupportedVersion)]
    [InlineData("""{"v":2,"v":1}""", ErrorCode.UnsupportedVersion)]
    [InlineData("""{"v":1,"v":2}""", ErrorCode.BadRequest)]
    public void First_error_in_the_message_is_answered_and_missing_fields_last(string message, ErrorCode expected)
    {
        Assert.Equal(expected, EnvelopeSnapshot.Read(message).Error);
    }
}
