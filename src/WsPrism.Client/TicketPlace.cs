namespace WsPrism.Client;

/// <summary>How a client's ticket travels.</summary>
public enum TicketPlace
{
    /// <summary><c>Authorization: Bearer</c>.</summary>
    Header,

    /// <summary>A sub-protocol, for places where WebSockets have no headers; the ticket may have no characters but those of a token.</summary>
    SubProtocol,

    /// <summary>The query. It shows up in access logs.</summary>
    Query
}
