using WsPrism.Core;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Handshake;

/// <summary>The checks of PROTOCOL §2 in their order, the same for every transport, and the count of how they ended. Safe for all threads.</summary>
internal sealed class Admission
{
    // When a full tenant or a draining gateway may be worth another try; nobody can know.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly GatewayNode _node;
    private readonly HandshakeCounters _counters;

    public Admission(GatewayNode node, HandshakeCounters counters)
    {
        _node = node;
        _counters = counters;
    }

    /// <summary>Decides on a client. One that is admitted has a seat, which its session gives back, or who cannot begin it.</summary>
    public HandshakeVerdict Decide(IApplicant applicant)
    {
        Tenant? tenant = null;
        var verdict = Check(applicant, ref tenant);
        _counters.Count(applicant.Transport, tenant?.Id, verdict.Answer);
        return verdict;
    }

    /// <summary>Counts an answer that no check gave.</summary>
    public HandshakeVerdict Refuse(string transport, HandshakeAnswer answer)
    {
        _counters.Count(transport, null, answer);
        return new HandshakeVerdict(answer);
    }

    private HandshakeVerdict Check(IApplicant applicant, ref Tenant? tenant)
    {
        if (_node.IsDraining)
        {
            return new HandshakeVerdict(HandshakeAnswer.Draining, RetryAfter);
        }

        if (!_node.Defender.TryAdmit(applicant.Address, out var wait))
        {
            return new HandshakeVerdict(HandshakeAnswer.RateLimited, wait);
        }

        if (!applicant.TryReadCredentials(out var credentials))
        {
            return new HandshakeVerdict(HandshakeAnswer.BadRequest);
        }

        tenant = _node.FindTenant(credentials.Tenant);
        if (!IsOriginAllowed(tenant, applicant.Origin))
        {
            return new HandshakeVerdict(HandshakeAnswer.NotAllowed);
        }

        var identity = tenant?.Tickets.Inspect(credentials.Ticket);
        if (identity is null)
        {
            return new HandshakeVerdict(HandshakeAnswer.AuthFailed);
        }

        var limits = tenant!.Snapshot.Config.Limits;
        if (!tenant.Registry.HasFreeSeat(limits))
        {
            return new HandshakeVerdict(HandshakeAnswer.Full, RetryAfter);
        }

        if (!applicant.WantsSeat)
        {
            return new HandshakeVerdict(HandshakeAnswer.UpgradeRequired);
        }

        // Taken only now, so that what is not an upgrade takes nothing; another may have been quicker.
        if (!tenant.Registry.TryReserveSeat(limits))
        {
            return new HandshakeVerdict(HandshakeAnswer.Full, RetryAfter);
        }

        // Again: a drain that began meanwhile waits for the seats that it saw taken, and for no others.
        if (_node.IsDraining)
        {
            tenant.Registry.ReleaseSeat();
            return new HandshakeVerdict(HandshakeAnswer.Draining, RetryAfter);
        }

        if (tenant.IsRemoved)
        {
            tenant.Registry.ReleaseSeat();
            return new HandshakeVerdict(HandshakeAnswer.AuthFailed);
        }

        return new HandshakeVerdict(HandshakeAnswer.Upgraded, Tenant: tenant, Identity: identity);
    }

    // Only browsers send Origin, and they always do on an upgrade; who sends none is no page of somebody else's.
    private static bool IsOriginAllowed(Tenant? tenant, string origin) =>
        tenant is null || origin.Length == 0 || tenant.Snapshot.Config.Auth.Origins is not { Count: > 0 } origins
        || origins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}
