using System.Text;

namespace WsPrism.Protocol.Tests;

public sealed class ErrorCodeNamesTests
{
    [Fact]
    public void Every_code_has_the_name_of_the_protocol()
    {
        string[] names =
        [
            "", "BAD_REQUEST", "AUTH_FAILED", "NOT_ALLOWED", "RATE_LIMITED", "PAYLOAD_TOO_LARGE", "RESOURCE_EXHAUSTED",
            "TOO_MANY_SESSIONS", "UNSUPPORTED_VERSION", "UNKNOWN_SERVICE", "SERVICE_UNAVAILABLE", "NOT_IN_ROOM", "TIMEOUT",
            "DRAINING", "INTERNAL"
        ];

        Assert.Equal(names, Enum.GetValues<ErrorCode>().Select(code => code.Text()));
        Assert.Equal(names, Enum.GetValues<ErrorCode>().Select(code => Encoding.ASCII.GetString(code.Utf8())));
    }

    [Fact]
    public void Names_parse_back_and_others_do_not()
    {
        foreach (var code in Enum.GetValues<ErrorCode>().Skip(1))
        {
            Assert.True(ErrorCodeNames.TryParse(code.Utf8(), out var parsed));
            Assert.Equal(code, parsed);
        }

        Assert.False(ErrorCodeNames.TryParse(""u8, out _));
        Assert.False(ErrorCodeNames.TryParse("bad_request"u8, out _));
        Assert.False(ErrorCodeNames.TryParse("NONE"u8, out _));
    }

    [Fact]
    public void Undefined_code_is_internal()
    {
        Assert.Equal("INTERNAL", ((ErrorCode)200).Text());
    }
}
