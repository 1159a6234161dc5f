namespace WsPrism.Core.Tickets;

/// <summary>Decides on a ticket that the gateway cannot read (<c>auth.webhook</c>). Safe for all threads.</summary>
internal interface ITicketJudge
{
    /// <summary>How it was decided so far.</summary>
    TicketJudgeStatus Status { get; }

    /// <summary>The verdict; <see cref="TicketFailure.Unavailable"/> where nobody could be asked. Does not throw but for the cancellation.</summary>
    Task<TicketVerdict> JudgeAsync(string ticket, TicketBearer bearer, CancellationToken cancellation);
}

/// <summary>How many tickets were accepted and refused, and on how many there was no answer.</summary>
internal readonly record struct TicketJudgeStatus(long Accepted, long Refused, long Failed);
