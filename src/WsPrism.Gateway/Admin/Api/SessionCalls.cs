using System.Text.Json;
using WsPrism.Core.Dispatch;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>Sessions: which there are, and sending them away.</summary>
internal static class SessionCalls
{
    // sys.kicked is a system message, of which little may wait for a slow client.
    private const int MaxReasonBytes = 128;
    private const string DefaultReason = "kicked";

    public static Task ListAsync(ApiRequest request) => ListAsync(request, request.Tenant.Registry.Sessions());

    public static Task ListOfUserAsync(ApiRequest request, string user) => ListAsync(request, request.Tenant.Registry.SessionsOf(ApiNames.User(user)));

    public static async Task GetAsync(ApiRequest request, string id)
    {
        request.AllowQuery();
        if (request.Tenant.Registry.FindSession(ApiNames.Session(id)) is not { } session
            || await request.PatientlyAsync(TenantReads.SessionAsync(session)) is not { } details)
        {
            throw new ApiException(ApiProblem.NotFound("There is no such session."));
        }

        await request.AnswerAsync(json =>
        {
            json.WriteStartObject();
            WriteSession(json, session);
            json.WriteStartArray("rooms"u8);
            foreach (var (room, handle, isActive) in details.Rooms)
            {
                json.WriteStartObject();
                json.WriteString("room"u8, room);
                json.WriteNumber("handle"u8, handle);
                json.WriteBoolean("active"u8, isActive);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("ledger"u8);
            LedgerJson.Write(details.Ledger, json);
            json.WriteEndObject();
        });
    }

    public static async Task KickAsync(ApiRequest request, string id)
    {
        var reason = await ReadReasonAsync(request);
        var session = request.Tenant.Registry.FindSession(ApiNames.Session(id));
        await KickAsync(request, session is null ? [] : [session], reason);
    }

    public static async Task KickUserAsync(ApiRequest request, string user)
    {
        var reason = await ReadReasonAsync(request);
        await KickAsync(request, request.Tenant.Registry.SessionsOf(ApiNames.User(user)), reason);
    }

    private static Task ListAsync(ApiRequest request, Session[] sessions)
    {
        request.AllowQuery("limit", "cursor");
        return request.AnswerAsync("sessions", ListPage.Cut(sessions, session => session.SessionId, request.After, request.Limit), WriteSession);
    }

    private static async Task KickAsync(ApiRequest request, Session[] sessions, string reason) =>
        await request.AnswerAsync("closed", await request.PatientlyAsync(SessionControl.KickAsync(sessions, reason)));

    private static async Task<string> ReadReasonAsync(ApiRequest request)
    {
        request.AllowQuery();
        var fields = await request.ReadOptionalFieldsAsync("reason");
        if (!fields.TryGetValue("reason", out var element))
        {
            return DefaultReason;
        }

        var reason = ApiJson.Text(element, "reason");
        return reason.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(reason) <= MaxReasonBytes && !reason.Any(char.IsControl)
            ? reason
            : throw ApiJson.Wrong("reason", $"must be 1 to {MaxReasonBytes} bytes without control characters");
    }

    private static void WriteSession(Utf8JsonWriter json, Session session)
    {
        json.WriteString("session"u8, session.SessionId);
        json.WriteString("user"u8, session.UserUtf8);
        json.WriteNumber("handle"u8, session.Handle);
        var connection = session.Connection;
        if (connection is not DetachedConnection)
        {
            json.WriteString("transport"u8, connection.TransportName);
        }

        json.WriteBoolean("connected"u8, connection is not DetachedConnection);
    }
}
