namespace WsPrism.Core.Tickets;

/// <summary>Who shows a ticket, for a backend that decides on it. <see cref="Origin"/> is empty where there is no page.</summary>
internal sealed record TicketBearer(string Address, string Origin, string Transport);
