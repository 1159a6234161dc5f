using WsPrism.Core.Tenants;

namespace WsPrism.Core.Tests.Tenants;

public sealed class DevTicketsTests
{
    private readonly DevTickets _tickets = new(new Dictionary<string, string> { ["dev"] = "user:dev", ["load-*"] = "user:load-*", ["guest-*"] = "guest" });

    [Theory]
    [InlineData("dev", "user:dev")]
    [InlineData("load-17", "user:load-17")]
    [InlineData("load-", "user:load-")]
    [InlineData("guest-anybody", "guest")]
    public void A_ticket_of_the_list_names_its_user(string ticket, string user) => Assert.Equal(user, _tickets.Authenticate(ticket)?.User);

    [Theory]
    [InlineData("")]
    [InlineData("DEV")]
    [InlineData("dev ")]
    [InlineData("devx")]
    [InlineData("load")]
    public void Another_ticket_names_nobody(string ticket) => Assert.Null(_tickets.Authenticate(ticket));

    [Theory]
    [InlineData(118, true)]
    [InlineData(119, false)]
    public void A_user_is_at_most_128_bytes_long(int suffix, bool isValid) =>
        Assert.Equal(isValid, _tickets.Authenticate("load-" + new string('x', suffix)) is not null);
}
