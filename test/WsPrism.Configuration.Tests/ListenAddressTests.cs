namespace WsPrism.Configuration.Tests;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("0.0.0.0:8080", "0.0.0.0", 8080, null)]
    [InlineData("127.0.0.1:0", "127.0.0.1", 0, null)]
    [InlineData("*:65535", "*", 65535, null)]
    [InlineData("localhost:80", "localhost", 80, null)]
    [InlineData("[::1]:80", "::1", 80, null)]
    [InlineData("[0:0:0:0:0:0:0:1]:80", "::1", 80, null)]
    [InlineData("unix:/run/wsprism.sock", "", 0, "/run/wsprism.sock")]
    public void An_address_is_read(string text, string host, int port, string? unixPath)
    {
        Assert.True(ListenAddress.TryParse(text, out var address));
        Assert.Equal(new(host, port, unixPath), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("8080")]
    [InlineData(":8080")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1:080")]
    [InlineData("127.0.1:80")]
    [InlineData("010.0.0.1:80")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("[::1%eth0]:80")]
    [InlineData("unix:")]
    [InlineData("unix:/")]
    [InlineData("unix:run/x")]
    public void Anything_else_is_refused(string text) => Assert.False(ListenAddress.TryParse(text, out _));

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1:1", true)]
    [InlineData("0.0.0.0:1", "127.0.0.1:1", true)]
    [InlineData("*:1", "[::1]:1", true)]
    [InlineData("localhost:1", "127.0.0.1:1", true)]
    [InlineData("unix:/a", "unix:/a", true)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", false)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", false)]
    [InlineData("10.0.0.1:1", "127.0.0.1:1", false)]
    [InlineData("127.0.0.1:1", "[::1]:1", false)]
    [InlineData("unix:/a", "unix:/b", false)]
    [InlineData("unix:/a", "127.0.0.1:1", false)]
    public void Two_listeners_collide_where_they_cannot_both_be_bound(string one, string other, bool collide)
    {
        Assert.True(ListenAddress.TryParse(one, out var first));
        Assert.True(ListenAddress.TryParse(other, out var second));

        Assert.Equal((collide, collide), (first.Collides(second), second.Collides(first)));
    }

    [Theory]
    [InlineData("127.0.0.2:1", true)]
    [InlineData("[::1]:1", true)]
    [InlineData("localhost:1", true)]
    [InlineData("unix:/a", true)]
    [InlineData("0.0.0.0:1", false)]
    [InlineData("*:1", false)]
    public void Loopback_is_known(string text, bool loopback)
    {
        Assert.True(ListenAddress.TryParse(text, out var address));
        Assert.Equal(loopback, address.IsLoopback);
    }
}
