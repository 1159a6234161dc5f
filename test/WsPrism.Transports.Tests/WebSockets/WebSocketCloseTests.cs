using static WsPrism.Transports.Tests.WebSockets.ClientFrames;
using static WsPrism.Transports.Tests.WebSockets.ParserRuns;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketCloseTests
{
    [Fact]
    public void A_close_without_a_body_has_code_1005()
    {
        Expect(Close(), ["close 1005 "]);
    }

    [Fact]
    public void A_close_carries_code_and_reason()
    {
        Expect(Close(1000, "så"), ["close 1000 så"]);
    }

    [Fact]
    public void A_reason_may_fill_the_frame()
    {
        Expect(Close(4999, new string('x', 123)), ["close 4999 " + new string('x', 123)]);
    }

    [Fact]
    public void Nothing_is_read_after_a_close()
    {
        Expect([.. Text("a"), .. Close(1001), .. Text("b"), .. Frame(0x3, [])], ["text a", "close 1001 "]);
    }

    [Fact]
    public void A_close_may_come_inside_of_a_fragmented_message()
    {
        Expect([.. Text("a", final: false), .. Close(1001)], ["close 1001 "]);
    }

    [Fact]
    public void A_body_of_one_byte_is_a_protocol_error()
    {
        Expect(Close([3]), ["error 1002"]);
    }

    [Fact]
    public void Exactly_the_codes_that_may_be_sent_are_taken()
    {
        for (var code = 0; code <= ushort.MaxValue; code++)
        {
            var isValid = code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

            Assert.Equal([isValid ? $"close {code} " : "error 1002"], Run([Close(code)]).Lines);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x03, 0xE8, 0xFF })]
    [InlineData(new byte[] { 0x03, 0xE8, 0xC3 })]
    [InlineData(new byte[] { 0x03, 0xE8, 0xED, 0xA0, 0x80 })]
    public void A_reason_that_is_not_UTF_8_is_an_invalid_payload(byte[] body)
    {
        Expect(Close(body), ["error 1007"]);
    }
}
