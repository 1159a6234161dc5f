using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class PerMessageDeflateNegotiatorTests
{
    private const string Answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    [Theory]
    [InlineData("permessage-deflate")]
    [InlineData("permessage-deflate; client_max_window_bits")]
    [InlineData("permessage-deflate;client_max_window_bits=8")]
    [InlineData("permessage-deflate; client_max_window_bits=\"15\"")]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits = 10")]
    [InlineData("x-webkit-deflate-frame, permessage-deflate")]
    [InlineData("other; a=\"b, c; d\\\"\", permessage-deflate")]
    [InlineData("permessage-deflate; server_max_window_bits=10, permessage-deflate")]
    [InlineData("permessage-deflate; unknown, permessage-deflate; client_max_window_bits")]
    [InlineData(",, permessage-deflate")]
    public void An_offer_that_can_be_honoured_is_taken(string offers)
    {
        Assert.True(PerMessageDeflateNegotiator.TryNegotiate(offers, out var answer));
        Assert.Equal(Answer, answer);
    }

    [Fact]
    public void A_named_window_of_15_bits_is_named_in_the_answer()
    {
        Assert.True(PerMessageDeflateNegotiator.TryNegotiate("permessage-deflate; server_max_window_bits=15", out var answer));
        Assert.Equal(Answer + "; server_max_window_bits=15", answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("permessage-bzip2")]
    [InlineData("permessage-deflate2")]
    [InlineData("permessage-deflate; server_max_window_bits")]
    [InlineData("permessage-deflate; server_max_window_bits=14")]
    [InlineData("permessage-deflate; server_max_window_bits=8")]
    [InlineData("permessage-deflate; server_max_window_bits=16")]
    [InlineData("permessage-deflate; server_max_window_bits=15; server_max_window_bits=15")]
    [InlineData("permessage-deflate; client_max_window_bits=7")]
    [InlineData("permessage-deflate; client_max_window_bits=16")]
    [InlineData("permessage-deflate; client_max_window_bits=08")]
    [InlineData("permessage-deflate; client_max_window_bits=100")]
    [InlineData("permessage-deflate; client_max_window_bits=")]
    [InlineData("permessage-deflate; client_max_window_bits=a")]
    [InlineData("permessage-deflate; client_max_window_bits; client_max_window_bits=10")]
    [InlineData("permessage-deflate; server_no_context_takeover=1")]
    [InlineData("permessage-deflate; client_no_context_takeover=true")]
    [InlineData("permessage-deflate; client_no_context_takeover; client_no_context_takeover")]
    [InlineData("permessage-deflate; unknown")]
    [InlineData("permessage-deflate; ; client_max_window_bits")]
    [InlineData("other; a=\"permessage-deflate")]
    [InlineData("other; a=\"\\")]
    public void An_offer_that_cannot_be_honoured_is_declined(string offers)
    {
        Assert.False(PerMessageDeflateNegotiator.TryNegotiate(offers, out var answer));
        Assert.Equal("", answer);
    }
}
