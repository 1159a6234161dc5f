using Microsoft.Extensions.Logging;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Tickets;

/// <summary>Inspects the tickets of one tenant under the configuration in force, and counts and logs why some are refused. Safe for all threads.</summary>
internal sealed partial class TicketInspector
{
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

    /// <summary>Whom the ticket speaks for; null where it is refused.</summary>
    public Identity? Inspect(string ticket)
    {
        var identity = _tenant.Snapshot.Tickets.Authenticate(ticket, _time.GetUtcNow().ToUnixTimeMilliseconds(), out var failure);
        if (identity is null)
        {
            Refuse(failure);
        }

        return identity;
    }

    /// <summary>The same, where the ticket must be this user's.</summary>
    public Identity? Inspect(string ticket, string user)
    {
        var identity = Inspect(ticket);
        if (identity is null || identity.User == user)
        {
            return identity;
        }

        Refuse(TicketFailure.OtherUser);
        return null;
    }

    /// <summary>How many were refused for this reason.</summary>
    public long Refused(TicketFailure failure) => Volatile.Read(ref _refused[(int)failure]);

    private void Refuse(TicketFailure failure)
    {
        Interlocked.Increment(ref _refused[(int)failure]);
        Log.Refused(_logger, _tenant.Id, failure.Name());
    }

    private static partial class Log
    {
        // Nothing of the ticket: even a part of one helps to guess the rest.
        [LoggerMessage(1, LogLevel.Debug, "Ticket refused: tenant={Tenant} reason={Reason}")]
        public static partial void Refused(ILogger logger, string tenant, string reason);
    }
}
