using WsPrism.Core;
using WsPrism.Core.ServerApi;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>Which call a path is. The list is that of PROTOCOL §10, as far as this version has it.</summary>
internal sealed class ApiRoutes
{
    private readonly PublishCalls _publish;
    private readonly BatchCalls _batch;
    private readonly TenantCalls _tenants;
    private readonly TicketCalls _tickets;

    public ApiRoutes(GatewayNode node, TimeProvider time)
    {
        _publish = new PublishCalls(new ServerPublisher(node.Shards));
        _batch = new BatchCalls(_publish);
        _tenants = new TenantCalls(node, time);
        _tickets = new TicketCalls(time);
    }

    /// <summary>The call of what follows <c>/v1/tenants/{tenant}/</c>; null where there is none.</summary>
    public ApiRoute? Find(ReadOnlySpan<string> path) => path switch
    {
        ["messages"] => Message("/v1/tenants/{tenant}/messages", () => PublishTarget.Everybody),
        ["rooms", var room, "messages"] => Message("/v1/tenants/{tenant}/rooms/{room}/messages", () => ApiNames.ToRoom(room)),
        ["users", var user, "messages"] => Message("/v1/tenants/{tenant}/users/{user}/messages", () => ApiNames.ToUser(user)),
        ["sessions", var session, "messages"] => Message("/v1/tenants/{tenant}/sessions/{session}/messages", () => ApiNames.ToSession(session)),
        ["frames"] => Frame("/v1/tenants/{tenant}/frames", () => PublishTarget.Everybody),
        ["rooms", var room, "frames"] => Frame("/v1/tenants/{tenant}/rooms/{room}/frames", () => ApiNames.ToRoom(room)),
        ["users", var user, "frames"] => Frame("/v1/tenants/{tenant}/users/{user}/frames", () => ApiNames.ToUser(user)),
        ["sessions", var session, "frames"] => Frame("/v1/tenants/{tenant}/sessions/{session}/frames", () => ApiNames.ToSession(session)),
        ["batch"] => new ApiRoute { Path = "/v1/tenants/{tenant}/batch", Post = _batch.RunAsync },
        ["rooms"] => new ApiRoute { Path = "/v1/tenants/{tenant}/rooms", Get = RoomCalls.ListAsync },
        ["rooms", var room] => new ApiRoute { Path = "/v1/tenants/{tenant}/rooms/{room}", Get = request => RoomCalls.GetAsync(request, room) },
        ["rooms", var room, "history"] => new ApiRoute { Path = "/v1/tenants/{tenant}/rooms/{room}/history", Get = request => HistoryCalls.GetAsync(request, room) },
        ["rooms", var room, "members"] => new ApiRoute { Path = "/v1/tenants/{tenant}/rooms/{room}/members", Get = request => RoomCalls.ListMembersAsync(request, room) },
        ["rooms", var room, "members", var user] => new ApiRoute
        {
            Path = "/v1/tenants/{tenant}/rooms/{room}/members/{user}",
            Put = request => RoomCalls.JoinAsync(request, room, user),
            Delete = request => RoomCalls.LeaveAsync(request, room, user),
        },
        ["sessions"] => new ApiRoute { Path = "/v1/tenants/{tenant}/sessions", Get = SessionCalls.ListAsync },
        ["sessions", var session] => new ApiRoute
        {
            Path = "/v1/tenants/{tenant}/sessions/{session}",
            Get = request => SessionCalls.GetAsync(request, session),
            Delete = request => SessionCalls.KickAsync(request, session),
        },
        ["users", var user, "sessions"] => new ApiRoute
        {
            Path = "/v1/tenants/{tenant}/users/{user}/sessions",
            Get = request => SessionCalls.ListOfUserAsync(request, user),
            Delete = request => SessionCalls.KickUserAsync(request, user),
        },
        ["tickets"] => new ApiRoute { Path = "/v1/tenants/{tenant}/tickets", Post = TicketCalls.MintAsync },
        ["revocations"] => new ApiRoute { Path = "/v1/tenants/{tenant}/revocations", Post = _tickets.RevokeAsync },
        ["stats"] => new ApiRoute { Path = "/v1/tenants/{tenant}/stats", Get = _tenants.GetStatsAsync },
        _ => null,
    };

    private ApiRoute Message(string path, Func<PublishTarget> target) => new() { Path = path, Post = request => _publish.SendMessageAsync(request, target()) };

    private ApiRoute Frame(string path, Func<PublishTarget> target) => new() { Path = path, Post = request => _publish.SendFrameAsync(request, target()) };
}
