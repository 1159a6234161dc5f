using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>
/// Makes what asks somebody outside about tickets. The same configuration of the same tenant gets the same instance, so that a reload keeps keys, connections
/// and breakers. Safe for all threads.
/// </summary>
internal interface ITicketBackends
{
    /// <summary>The keys behind <c>auth.jwt.jwks_url</c>; null where there is none.</summary>
    IPublishedKeys? KeysOf(TenantConfig tenant);

    /// <summary>Who decides by <c>auth.webhook</c>; null where there is none.</summary>
    ITicketJudge? JudgeOf(TenantConfig tenant);
}
