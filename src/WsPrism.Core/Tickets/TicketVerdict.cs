using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tickets;

/// <summary>What is said of a ticket: whom it speaks for, or why it is refused.</summary>
internal readonly record struct TicketVerdict(Identity? Identity, TicketFailure Failure)
{
    private TicketVerdict(TicketFailure failure)
        : this(null, failure)
    {
    }

    public static implicit operator TicketVerdict(TicketFailure failure) => new(failure);

    public static implicit operator TicketVerdict(Identity identity) => new(identity, TicketFailure.None);
}
