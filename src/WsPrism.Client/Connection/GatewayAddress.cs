namespace WsPrism.Client.Connection;

// The gateway's address and the requests made of it. Stateless.
internal static class GatewayAddress
{
    public static Uri Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw new ArgumentException("Not an absolute address.", nameof(url));

        var scheme = uri.Scheme switch
        {
            "ws" or "http" => "ws",
            "wss" or "https" => "wss",
            _ => throw new ArgumentException("The scheme must be ws, wss, http or https.", nameof(url))
        };
        return new UriBuilder(uri) { Scheme = scheme, Port = uri.IsDefaultPort ? -1 : uri.Port, Path = uri.AbsolutePath == "/" ? "/v1/ws" : uri.AbsolutePath, Fragment = string.Empty }.Uri;
    }

    public static Uri ForSession(ClientOptions options, string ticket, ResumePoint? resume)
    {
        var query = options.Url.Query.Length > 1 ? options.Url.Query[1..] + "&" : string.Empty;
        query += "tenant=" + Uri.EscapeDataString(options.Tenant);
        if (options.TicketPlace == TicketPlace.Query)
            query += "&ticket=" + Uri.EscapeDataString(ticket);
        if (resume is { } point)
            query += FormattableString.Invariant($"&resume={Uri.EscapeDataString(point.Token)}&position={point.Position}");

        return new UriBuilder(options.Url) { Query = query }.Uri;
    }

    /// <summary>The same address for a plain request.</summary>
    public static Uri Plain(Uri uri) => new UriBuilder(uri) { Scheme = uri.Scheme == "wss" ? "https" : "http", Port = uri.IsDefaultPort ? -1 : uri.Port }.Uri;

    /// <summary>A ticket is 1 to 4,096 printable ASCII characters without spaces.</summary>
    public static bool IsTicket(string? ticket)
    {
        if (ticket is null || ticket.Length is 0 or > 4096)
            return false;

        foreach (var character in ticket)
        {
            if (character is <= ' ' or > '~')
                return false;
        }

        return true;
    }
}
