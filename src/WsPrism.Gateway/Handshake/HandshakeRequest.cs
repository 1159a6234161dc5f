using WsPrism.Transports.WebSockets;

namespace WsPrism.Gateway.Handshake;

/// <summary>What a client asks for over HTTP: tenant and ticket, taken from wherever PROTOCOL §2 lets them be.</summary>
internal static class HandshakeRequest
{
    /// <summary>False where tenant or ticket is absent or not well-formed, or anything is given twice.</summary>
    public static bool TryRead(HttpRequest http, out Credentials credentials)
    {
        credentials = default;
        var protocols = SubProtocols.Parse(http.Headers.SecWebSocketProtocol.ToString());
        var bearer = http.Headers.Authorization.ToString();
        var query = http.Query["ticket"];
        var tenants = http.Query["tenant"];
        var (resume, position) = (http.Query["resume"], http.Query["position"]);
        if (!protocols.IsWellFormed || query.Count > 1 || tenants.Count != 1 || resume.Count > 1 || position.Count > 1
            || (bearer.Length > 0 && !bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        string?[] tickets = [query.Count == 1 ? query[0] : null, bearer.Length > 0 ? bearer[7..].Trim() : null, protocols.Ticket];
        var given = tickets.Where(ticket => ticket is not null).ToArray();
        return given.Length == 1 && Credentials.TryCreate(tenants[0]!, given[0]!, resume.FirstOrDefault(), position.FirstOrDefault(), out credentials);
    }

    /// <summary>True where the answer is to select <c>wsprism.v1</c>.</summary>
    public static bool OffersWsPrism(HttpRequest http) => SubProtocols.Parse(http.Headers.SecWebSocketProtocol.ToString()).OffersWsPrism;

    /// <summary>True for a WebSocket upgrade over HTTP/1.1 (RFC 6455) or HTTP/2 (RFC 8441).</summary>
    public static bool IsUpgrade(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (HttpMethods.IsConnect(http.Request.Method))
        {
            return headers.SecWebSocketVersion.ToString() == WebSocketHandshake.Version;
        }

        return WebSocketHandshake.IsValidUpgrade(
            http.Request.Method, headers.Connection.ToString(), headers.Upgrade.ToString(), headers.SecWebSocketVersion.ToString(), headers.SecWebSocketKey.ToString());
    }
}
