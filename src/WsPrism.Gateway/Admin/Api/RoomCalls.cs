using System.Globalization;
using System.Text.Json;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.Presence;
using WsPrism.Core.ServerApi;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>Rooms: which there are, who is in them, who is to be.</summary>
internal static class RoomCalls
{
    public static Task ListAsync(ApiRequest request)
    {
        request.AllowQuery("limit", "cursor");
        var page = ListPage.Cut(request.Tenant.Registry.Rooms(), room => room.Name, request.After, request.Limit);
        return request.AnswerAsync("rooms", page, WriteRoom);
    }

    public static Task GetAsync(ApiRequest request, string name)
    {
        request.AllowQuery();
        ApiNames.Room(name);
        return request.AnswerAsync(json =>
        {
            json.WriteStartObject();
            if (request.Tenant.Registry.FindRoom(name) is { } room)
            {
                WriteRoom(json, room);
            }
            else
            {
                // A room is there for as long as somebody is in it: without that it is empty, not unknown.
                json.WriteString("room"u8, name);
                json.WriteNumber("users"u8, 0);
                json.WriteNumber("sessions"u8, 0);
            }

            json.WriteEndObject();
        });
    }

    public static Task ListMembersAsync(ApiRequest request, string name)
    {
        request.AllowQuery("limit", "cursor");
        ApiNames.Room(name);
        var after = request.After is not { } cursor ? 0
            : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ApiException(ApiProblem.BadRequest("cursor: must be one that a list has answered."));
        var (registry, limit) = (request.Tenant.Registry, request.Limit);
        var members = new List<MemberView>();
        var room = registry.FindRoom(name);
        var next = room is null ? 0 : registry.ReadMembers(room, after, limit, members).Next;
        var page = new ListPage<MemberView>(members, next == 0 ? null : next.ToString(CultureInfo.InvariantCulture));
        return request.AnswerAsync("members", page, (json, member) => member.Write(json, room!.Rule.HasPresence));
    }

    public static async Task JoinAsync(ApiRequest request, string name, string user)
    {
        var room = await ReadAsync(request, name, user);
        var (sessions, refusal) = await request.PatientlyAsync(SessionControl.JoinAsync(request.Tenant, user, room));
        if (refusal != ErrorCode.None)
        {
            throw new ApiException(ApiProblem.Of(refusal, $"A limit of the tenant kept a session out; {sessions} of this user's are in the room."));
        }

        await request.AnswerAsync("sessions", sessions);
    }

    public static async Task LeaveAsync(ApiRequest request, string name, string user)
    {
        var room = await ReadAsync(request, name, user);
        await request.AnswerAsync("sessions", await request.PatientlyAsync(SessionControl.LeaveAsync(request.Tenant, user, room)));
    }

    private static async Task<byte[]> ReadAsync(ApiRequest request, string name, string user)
    {
        request.AllowQuery();
        var room = ApiNames.Room(name);
        ApiNames.User(user);
        await request.ReadOptionalFieldsAsync();
        return room;
    }

    private static void WriteRoom(Utf8JsonWriter json, Room room)
    {
        json.WriteString("room"u8, room.NameUtf8);
        json.WriteNumber("users"u8, room.UserCount);
        json.WriteNumber("sessions"u8, room.SessionCount);
        json.WriteNumber("handle"u8, room.Handle);
    }
}
