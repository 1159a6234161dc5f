using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketHandshakeTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    [Fact]
    public void The_accept_value_is_that_of_the_RFC()
    {
        Assert.True(WebSocketHandshake.TryComputeAccept(Key, out var accept));
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", accept);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dGhlIHNhbXBsZSBub25j")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ")]
    [InlineData("dGhlIHNhbXBsZSBub25jZWU=")]
    [InlineData("dGhlIHNhbXBsZSBub25jZWVl")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ=!")]
    [InlineData("dGhlIHNhbXBsZSBub25j    ")]
    [InlineData("dGhl IHNh bXBs ZSBub25j ")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==AAAA")]
    [InlineData("ÄGhlIHNhbXBsZSBub25jZQ==")]
    public void A_key_that_is_not_16_bytes_of_base64_is_refused(string key)
    {
        Assert.False(WebSocketHandshake.TryComputeAccept(key, out _));
        Assert.False(WebSocketHandshake.IsValidUpgrade("GET", "Upgrade", "websocket", "13", key));
    }

    [Theory]
    [InlineData("Upgrade", "websocket", "13")]
    [InlineData("keep-alive, Upgrade", "websocket", "13")]
    [InlineData("UPGRADE", "WebSocket", " 13 ")]
    [InlineData(" upgrade ,keep-alive", "h2c, websocket", "13")]
    public void An_upgrade_is_recognised(string connection, string upgrade, string version)
    {
        Assert.True(WebSocketHandshake.IsValidUpgrade("GET", connection, upgrade, version, Key));
    }

    [Theory]
    [InlineData("POST", "Upgrade", "websocket", "13")]
    [InlineData("get", "Upgrade", "websocket", "13")]
    [InlineData("GET", "", "websocket", "13")]
    [InlineData("GET", "keep-alive", "websocket", "13")]
    [InlineData("GET", "Upgraded", "websocket", "13")]
    [InlineData("GET", "Upgrade", "", "13")]
    [InlineData("GET", "Upgrade", "websockets", "13")]
    [InlineData("GET", "Upgrade", "websocket", "")]
    [InlineData("GET", "Upgrade", "websocket", "8")]
    [InlineData("GET", "Upgrade", "websocket", "13, 8")]
    public void What_is_not_an_upgrade_is_refused(string method, string connection, string upgrade, string version)
    {
        Assert.False(WebSocketHandshake.IsValidUpgrade(method, connection, upgrade, version, Key));
    }
}
