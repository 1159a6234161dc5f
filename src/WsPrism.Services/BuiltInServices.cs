using WsPrism.Services.Chat;
using WsPrism.Services.Echo;
using WsPrism.Services.Game;
using WsPrism.Services.Market;
using WsPrism.Services.Rooms;
using WsPrism.Services.Sys;

namespace WsPrism.Services;

/// <summary>The services that come with the gateway (PROTOCOL §7).</summary>
public static class BuiltInServices
{
    /// <summary>Services of the Ext lane, by <c>svc</c> name.</summary>
    public static IReadOnlyList<IExtService> Ext { get; } = [new SysService(), new RoomService(), new ChatService(), new GameInputService(), new MarketService()];

    /// <summary>Services of the Hot lane, which the configuration gives their <c>svc_id</c>.</summary>
    public static IReadOnlyList<IHotService> Hot { get; } = [new GameService(), new MarketFeedService(), new EchoService()];
}
