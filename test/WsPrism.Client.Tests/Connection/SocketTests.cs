using System.Net.Security;
using WsPrism.Client.Connection;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests.Connection;

public sealed class SocketTests
{
    // What belongs to the connection below the WebSocket the platform takes only where it makes that connection by itself.
    [Fact]
    public async Task A_socket_that_the_application_has_given_a_certificate_callback_and_a_proxy_connects_all_the_same()
    {
        await using var gateway = new MockGateway();
        await using var client = new WsPrismClient(new ClientOptions(gateway.Url, "demo", "alice")
        {
            ConfigureSocket = options =>
            {
                options.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None;
                options.Proxy = null;
            },
        });
        var connecting = client.ConnectAsync(Patience.Token());

        await (await gateway.AcceptOneAsync()).TextAsync(FakeConnector.Greeting);

        await connecting;
    }

    [Fact]
    public async Task What_was_kept_for_a_message_that_never_came_goes_before_the_close()
    {
        await using var gateway = new MockGateway();
        var options = new ClientOptions(gateway.Url, "demo", "alice");
        var connecting = new WebSocketConnector(options).ConnectAsync(options.Url, "alice", Patience.Token());
        var connection = await gateway.AcceptOneAsync();
        using var transport = await connecting;

        await transport.SendAsync(new byte[] { 1, 2, 3 }, isText: false, isMoreSure: true);
        await transport.CloseAsync(1000, string.Empty);

        Assert.Equal([1, 2, 3], (await connection.Heard.TakeAsync("the message")).Bytes);
        Assert.Equal("close", (await connection.Heard.TakeAsync("the close")).Kind);
    }
}
