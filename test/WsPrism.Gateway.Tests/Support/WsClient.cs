namespace WsPrism.Gateway.Tests.Support;

/// <summary>A WebSocket session.</summary>
internal sealed class WsClient : GatewayClient
{
    public const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    public const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    public static readonly string[] UpgradeHeaders = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", $"Sec-WebSocket-Key: {Key}"];

    private WsClient(RawClient raw)
        : base(raw)
    {
    }

    /// <summary>The 101.</summary>
    public HttpAnswer Upgrade { get; private set; } = null!;

    /// <summary>Connects and reads the 101, nothing more.</summary>
    public static async Task<WsClient> UpgradeAsync(string address, string target, int receiveBuffer = 0, params string[] headers)
    {
        var raw = await RawClient.ConnectAsync(address, receiveBuffer);
        return await UpgradeAsync(raw, target, headers);
    }

    public static async Task<WsClient> UpgradeAsync(RawClient raw, string target, params string[] headers)
    {
        var client = await KnockAsync(raw, target, headers);
        await client.OpenedAsync();
        return client;
    }

    /// <summary>Asks for the upgrade.</summary>
    public static async Task<WsClient> KnockAsync(RawClient raw, string target, params string[] headers)
    {
        await raw.SendAsync(RawClient.Get(target, [.. UpgradeHeaders, .. headers]));
        return new WsClient(raw);
    }

    public override async Task<GatewayClient> OpenedAsync()
    {
        Upgrade = await Raw.ReadHttpAsync();
        Assert.True(Upgrade.Status == 101, $"{Upgrade.Status} {Upgrade.Body}");
        Assert.Equal(Accept, Upgrade.Header("sec-websocket-accept"));
        Assert.Equal("websocket", Upgrade.Header("upgrade"));
        Assert.Equal("Upgrade", Upgrade.Header("connection"));
        return this;
    }

    public override byte[] Encode(ClientFrame frame) => frame.ToBytes();

    public override Task<ServerFrame> ReadAsync() => ServerFrame.ReadAsync(Raw);
}
