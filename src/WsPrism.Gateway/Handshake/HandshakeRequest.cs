using WsPrism.Transports.WebSockets;

namespace WsPrism.Gateway.Handshake;

/// <summary>What a client asks for: tenant and ticket, taken from wherever PROTOCOL §2 lets them be.</summary>
internal readonly struct HandshakeRequest
{
    private const int MaxTicketLength = 4_096;

    private HandshakeRequest(string tenant, string ticket, bool offersWsPrism)
    {
        Tenant = tenant;
        Ticket = ticket;
        OffersWsPrism = offersWsPrism;
    }

    public string Tenant { get; }

    /// <summary>A secret: never to be logged.</summary>
    public string Ticket { get; }

    /// <summary>True where the answer is to select <c>wsprism.v1</c>.</summary>
    public bool OffersWsPrism { get; }

    /// <summary>False where tenant or ticket is absent, not well-formed or given twice.</summary>
    public static bool TryRead(HttpRequest http, out HandshakeRequest request)
    {
        request = default;
        var protocols = SubProtocols.Parse(http.Headers.SecWebSocketProtocol.ToString());
        var bearer = http.Headers.Authorization.ToString();
        var query = http.Query["ticket"];
        var tenants = http.Query["tenant"];
        if (!protocols.IsWellFormed || query.Count > 1 || tenants.Count != 1 || !IsTenantId(tenants[0]!)
            || (bearer.Length > 0 && !bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        string?[] tickets = [query.Count == 1 ? query[0] : null, bearer.Length > 0 ? bearer[7..].Trim() : null, protocols.Ticket];
        var given = tickets.Where(ticket => ticket is not null).ToArray();
        if (given.Length != 1 || given[0]!.Length is 0 or > MaxTicketLength || given[0]!.Any(c => c is <= ' ' or > '~'))
        {
            return false;
        }

        request = new HandshakeRequest(tenants[0]!, given[0]!, protocols.OffersWsPrism);
        return true;
    }

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

    private static bool IsTenantId(string text) =>
        text.Length is >= 1 and <= 64 && text[0] is not ('_' or '-') && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
