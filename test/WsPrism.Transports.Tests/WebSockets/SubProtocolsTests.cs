using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class SubProtocolsTests
{
    [Theory]
    [InlineData("", false, null)]
    [InlineData("wsprism.v1", true, null)]
    [InlineData("wsprism.v1, ticket.a.b-c_d", true, "a.b-c_d")]
    [InlineData("ticket.abc,wsprism.v1", true, "abc")]
    [InlineData("ticket.abc", false, "abc")]
    [InlineData("chat, superchat", false, null)]
    [InlineData("wsprism.v2", false, null)]
    [InlineData("WSPRISM.V1", false, null)]
    [InlineData(", wsprism.v1 ,,\tticket.x", true, "x")]
    public void Offers_are_read(string value, bool offersWsPrism, string? ticket)
    {
        var protocols = SubProtocols.Parse(value);

        Assert.True(protocols.IsWellFormed);
        Assert.Equal(offersWsPrism, protocols.OffersWsPrism);
        Assert.Equal(ticket, protocols.Ticket);
    }

    [Theory]
    [InlineData("wsprism.v1, ticket.a, ticket.b")]
    [InlineData("wsprism.v1, ticket.a, ticket.a")]
    [InlineData("wsprism.v1, ticket.")]
    [InlineData("wsprism.v1; ticket.a")]
    [InlineData("wsprism.v1 ticket.a")]
    [InlineData("wsprism.v1, ticket.ä")]
    [InlineData("wsprism.v1, ticket.\"a\"")]
    public void What_is_not_well_formed_gives_nothing(string value)
    {
        var protocols = SubProtocols.Parse(value);

        Assert.False(protocols.IsWellFormed);
        Assert.False(protocols.OffersWsPrism);
        Assert.Null(protocols.Ticket);
    }

    [Fact]
    public void The_text_form_does_not_show_the_ticket()
    {
        Assert.DoesNotContain("secret", SubProtocols.Parse("ticket.secret").ToString()!, StringComparison.Ordinal);
    }
}
