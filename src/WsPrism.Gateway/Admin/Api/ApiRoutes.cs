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
        ["messages"] => Message(() => PublishTarget.Everybody),
        ["rooms", var room, "messages"] => Message(() => ApiNames.ToRoom(room)),
        ["users", var user, "messages"] => Message(() => ApiNames.ToUser(user)),
        ["sessions", var session, "messages"] => Message(() => ApiNames.ToSession(session)),
        ["frames"] => Frame(() => PublishTarget.Everybody),
        ["rooms", var room, "frames"] => Frame(() => ApiNames.ToRoom(room)),
        ["users", var user, "frames"] => Frame(() => ApiNames.ToUser(user)),
        ["sessions", var session, "frames"] => Frame(() => ApiNames.ToSession(session)),
        ["batch"] => new ApiRoute { Post = _batch.RunAsync },
        ["rooms"] => new ApiRoute { Get = RoomCalls.ListAsync },
        ["rooms", var room] => new ApiRoute { Get = request => RoomCalls.GetAsync(request, room) },
        ["rooms", var room, "members"] => new ApiRoute { Get = request => RoomCalls.ListMembersAsync(request, room) },
        ["rooms", var room, "members", var user] => new ApiRoute
        {
            Put = request => RoomCalls.JoinAsync(request, room, user),
            Delete = request => RoomCalls.LeaveAsync(request, room, user),
        },
        ["sessions"] => new ApiRoute { Get = SessionCalls.ListAsync },
        ["sessions", var session] => new ApiRoute
        {
            Get = request => SessionCalls.GetAsync(request, session),
            Delete = request => SessionCalls.KickAsync(request, session),
        },
        ["users", var user, "sessions"] => new ApiRoute
        {
            Get = request => SessionCalls.ListOfUserAsync(request, user),
            Delete = request => SessionCalls.KickUserAsync(request, user),
        },
        ["tickets"] => new ApiRoute { Post = TicketCalls.MintAsync },
        ["revocations"] => new ApiRoute { Post = _tickets.RevokeAsync },
        ["stats"] => new ApiRoute { Get = _tenants.GetStatsAsync },
        _ => null,
    };

    private ApiRoute Message(Func<PublishTarget> target) => new() { Post = request => _publish.SendMessageAsync(request, target()) };

    private ApiRoute Frame(Func<PublishTarget> target) => new() { Post = request => _publish.SendFrameAsync(request, target()) };
}
