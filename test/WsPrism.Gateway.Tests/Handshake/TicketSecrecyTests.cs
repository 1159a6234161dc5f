using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Handshake;

public sealed class TicketSecrecyTests
{
    private const string Ticket = "t-s3cr3t-0123456789";

    [Fact]
    public async Task A_ticket_is_in_no_log_line_no_metric_and_no_answer()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("auth.dev_tickets", $"{{{Ticket}: \"user:alice\"}}");
        string[] up = WsClient.UpgradeHeaders;

        var answers = new[]
        {
            await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket={Ticket}")),
            await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=nobody&ticket={Ticket}", up)),
            await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket={Ticket}&ticket={Ticket}", up)),
            await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme", [.. up, $"Authorization: Bearer {Ticket} {Ticket}"])),
            await gateway.AskAsync(RawClient.Get($"/else?ticket={Ticket}")),
        };
        using var query = await gateway.UpgradeAsync(Ticket);
        using var bearer = await WsClient.UpgradeAsync(gateway.Address, "/v1/ws?tenant=acme", 0, $"Authorization: Bearer {Ticket}");
        using var protocol = await WsClient.UpgradeAsync(gateway.Address, "/v1/ws?tenant=acme", 0, $"Sec-WebSocket-Protocol: wsprism.v1, ticket.{Ticket}");
        await query.SendTextAsync($$$"""{"svc":"sys","type":"refresh","data":{"ticket":"{{{Ticket}}}"},"id":1}""");
        await query.ExpectAsync("sys", "ack");
        await query.SendTextAsync($$$"""{"svc":"sys","type":"refresh","data":{"ticket":"{{{Ticket}}}x"},"id":2}""");
        Assert.Equal("AUTH_FAILED", await query.ExpectErrorAsync("2"));
        var metrics = await gateway.AskAdminAsync("/metrics");

        // The gateway's own categories; what the framework would say of requests LoggerSetup never lets through (LogTests).
        Assert.DoesNotContain(gateway.Log.Lines, line => line.Contains(" WsPrism.", StringComparison.Ordinal) && line.Contains(Ticket, StringComparison.Ordinal));
        Assert.All(answers.Append(metrics).Append(query.Upgrade).Append(bearer.Upgrade).Append(protocol.Upgrade), answer =>
        {
            Assert.DoesNotContain(Ticket, answer.WithoutDate, StringComparison.Ordinal);
        });
    }
}
