using Microsoft.Extensions.Logging;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Tickets;

/// <summary>Inspects the tickets of one tenant under the configuration in force, and counts and logs why some are refused. Safe for all threads.</summary>
internal sealed partial class TicketInspector
{
    /// <summary>How long anybody waits for a verdict; whoever is asked has a shorter time of its own.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Tenant _tenant;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long[] _refused = new long[Enum.GetValues<TicketFailure>().Length];

    public TicketInspector(Tenant tenant, TimeProvider time, ILogger logger)
    {
        _tenant = tenant;
        _time = time;
        _logger = logger;
    }

    /// <summary>Decides at once, which is what most tickets need; false where <see cref="InspectAsync"/> has to ask somebody outside.</summary>
    public bool TryInspect(string ticket, out TicketVerdict verdict)
    {
        if (OneTimeTickets.IsOne(ticket) && _tenant.OneTime.Find(ticket) is { } minted)
        {
            verdict = Conclude(minted);
            return true;
        }

        if (!_tenant.Snapshot.Tickets.TryAuthenticate(ticket, _time.GetUtcNow().ToUnixTimeMilliseconds(), out verdict))
        {
            return false;
        }

        verdict = Conclude(verdict);
        return true;
    }

    /// <summary>
    /// Decides on a ticket that <see cref="TryInspect"/> could not. Does not throw but where it is cancelled. How many wait at once is the caller's to bound
    /// (<see cref="Tenant.Waiting"/>).
    /// </summary>
    public async Task<TicketVerdict> InspectAsync(string ticket, TicketBearer bearer, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return Conclude(await _tenant.Snapshot.Tickets.AuthenticateAsync(ticket, bearer, _time, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Conclude(TicketFailure.Unavailable);
        }
    }

    /// <summary>
    /// Uses a good ticket: after this a one-time ticket is spent. False where somebody was quicker, or the ticket was revoked since it was inspected.
    /// </summary>
    public bool TryUse(Identity identity)
    {
        var failure = identity.IsOneTime && !_tenant.OneTime.TrySpend(identity) ? TicketFailure.OneTime
            : _tenant.Revocations.Covers(identity) ? TicketFailure.Revoked
            : TicketFailure.None;
        if (failure == TicketFailure.None)
        {
            return true;
        }

        Refuse(failure);
        return false;
    }

    /// <summary>How many were refused for this reason.</summary>
    public long Refused(TicketFailure failure) => Volatile.Read(ref _refused[(int)failure]);

    /// <summary>Counts and logs a refusal.</summary>
    public void Refuse(TicketFailure failure)
    {
        Interlocked.Increment(ref _refused[(int)failure]);
        Log.Refused(_logger, _tenant.Id, failure.Name());
    }

    private TicketVerdict Conclude(TicketVerdict verdict)
    {
        if (verdict.Identity is { } identity && _tenant.Revocations.Covers(identity))
        {
            verdict = TicketFailure.Revoked;
        }

        if (verdict.Identity is null)
        {
            Refuse(verdict.Failure);
        }

        return verdict;
    }

    private static partial class Log
    {
        // Nothing of the ticket: even a part of one helps to guess the rest.
        [LoggerMessage(1, LogLevel.Debug, "Ticket refused: tenant={Tenant} reason={Reason}")]
        public static partial void Refused(ILogger logger, string tenant, string reason);
    }
}
