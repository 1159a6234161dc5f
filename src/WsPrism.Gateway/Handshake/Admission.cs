using WsPrism.Core;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// The checks of PROTOCOL §2 in their order, the same for every transport, and the count of how they ended. Most clients are decided on in one synchronous
/// call. Where somebody outside has to be asked about the ticket or the client, its handshake waits: with nothing but itself in hand, among a bounded number,
/// for a bounded time, until the client goes or a drain begins. Safe for all threads.
/// </summary>
internal sealed class Admission
{
    // When a full tenant or a draining gateway may be worth another try; nobody can know.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly GatewayNode _node;
    private readonly HandshakeCounters _counters;
    private readonly IConnectGate? _gate;

    /// <param name="node">Whom it admits to.</param>
    /// <param name="counters">Where it counts.</param>
    /// <param name="gate">Who has a word on clients with good tickets; null for nobody.</param>
    public Admission(GatewayNode node, HandshakeCounters counters, IConnectGate? gate = null)
    {
        _node = node;
        _counters = counters;
        _gate = gate;
    }

    /// <summary>Decides on a client. One that is admitted has a claim to a session, or a seat for a new one, which that gives back, or who cannot begin it.</summary>
    public ValueTask<HandshakeVerdict> DecideAsync(IApplicant applicant)
    {
        if (Check(applicant, out var tenant, out var credentials) is { } refusal)
        {
            return new(Count(applicant, tenant, refusal));
        }

        var isDecided = tenant!.Tickets.TryInspect(credentials.Ticket, out var verdict);
        if (isDecided && (verdict.Identity is null || !AsksGate(tenant, applicant)))
        {
            return new(Count(applicant, tenant, Seat(applicant, tenant, credentials.Resume, verdict)));
        }

        return WaitAsync(applicant, tenant, credentials, isDecided ? verdict : default(TicketVerdict?));
    }

    /// <summary>Counts an answer that no check gave.</summary>
    public HandshakeVerdict Refuse(string transport, HandshakeAnswer answer)
    {
        _counters.Count(transport, null, answer);
        return new HandshakeVerdict(answer);
    }

    private HandshakeVerdict Count(IApplicant applicant, Tenant? tenant, HandshakeVerdict verdict)
    {
        _counters.Count(applicant.Transport, tenant?.Id, verdict.Answer);
        return verdict;
    }

    private bool AsksGate(Tenant tenant, IApplicant applicant) => _gate?.Decides(tenant) == true && applicant.WantsSeat;

    // The checks before the ticket's; null where all were passed.
    private HandshakeVerdict? Check(IApplicant applicant, out Tenant? tenant, out Credentials credentials)
    {
        (tenant, credentials) = (null, default);
        if (_node.IsDraining)
        {
            return new HandshakeVerdict(HandshakeAnswer.Draining, RetryAfter);
        }

        if (!_node.Defender.TryAdmit(applicant.Address, out var wait))
        {
            return new HandshakeVerdict(HandshakeAnswer.RateLimited, wait);
        }

        if (!applicant.TryReadCredentials(out credentials))
        {
            return new HandshakeVerdict(HandshakeAnswer.BadRequest);
        }

        tenant = _node.FindTenant(credentials.Tenant);
        if (!IsOriginAllowed(tenant, applicant.Origin))
        {
            return new HandshakeVerdict(HandshakeAnswer.NotAllowed);
        }

        return tenant is null ? new HandshakeVerdict(HandshakeAnswer.AuthFailed) : null;
    }

    private async ValueTask<HandshakeVerdict> WaitAsync(IApplicant applicant, Tenant tenant, Credentials credentials, TicketVerdict? verdict)
    {
        if (!tenant.Waiting.TryEnter())
        {
            return Count(applicant, tenant, new HandshakeVerdict(HandshakeAnswer.TooManyWait, RetryAfter));
        }

        var gone = applicant.Gone;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, _node.Draining);
            return Count(applicant, tenant, await AskAsync(applicant, tenant, credentials, verdict, either.Token));
        }
        catch (OperationCanceledException)
        {
            return Count(applicant, tenant, gone.IsCancellationRequested ? new HandshakeVerdict(HandshakeAnswer.Gone) : new HandshakeVerdict(HandshakeAnswer.Draining, RetryAfter));
        }
        finally
        {
            tenant.Waiting.Leave();
        }
    }

    private async Task<HandshakeVerdict> AskAsync(IApplicant applicant, Tenant tenant, Credentials credentials, TicketVerdict? known, CancellationToken cancellation)
    {
        var verdict = known ?? await tenant.Tickets.InspectAsync(credentials.Ticket, new TicketBearer(applicant.Address.ToString(), applicant.Origin, applicant.Transport), cancellation);
        byte[]? state = null;
        if (verdict.Identity is { } identity && AsksGate(tenant, applicant))
        {
            var gate = await _gate!.DecideAsync(tenant, identity, applicant, cancellation);
            if (gate.Answer != HandshakeAnswer.Upgraded)
            {
                return new HandshakeVerdict(gate.Answer, gate.Answer.Status == 503 ? RetryAfter : null);
            }

            state = gate.State;
        }

        // Meanwhile the client may have gone, or the tenant.
        cancellation.ThrowIfCancellationRequested();
        return _node.FindTenant(tenant.Id) == tenant ? Seat(applicant, tenant, credentials.Resume, verdict, state) : new HandshakeVerdict(HandshakeAnswer.AuthFailed);
    }

    private HandshakeVerdict Seat(IApplicant applicant, Tenant tenant, ResumeRequest? resume, TicketVerdict verdict, byte[]? state = null)
    {
        if (verdict.Identity is not { } identity)
        {
            return verdict.Failure == TicketFailure.Unavailable
                ? new HandshakeVerdict(HandshakeAnswer.Unavailable, RetryAfter)
                : new HandshakeVerdict(HandshakeAnswer.AuthFailed);
        }

        var (claim, resumeFailure) = ((ResumeClaim?)null, ResumeFailure.None);
        if (resume is { } request)
        {
            claim = tenant.Resumes.Find(request, identity.User, out resumeFailure);
        }

        var limits = tenant.Snapshot.Config.Limits;
        if (claim is null && !tenant.Registry.HasFreeSeat(limits))
        {
            return new HandshakeVerdict(HandshakeAnswer.Full, RetryAfter);
        }

        if (!applicant.WantsSeat)
        {
            return new HandshakeVerdict(HandshakeAnswer.UpgradeRequired);
        }

        // Taken only now, so that what is not an upgrade takes nothing; another may have been quicker.
        if (claim is null && !tenant.Registry.TryReserveSeat(limits))
        {
            return new HandshakeVerdict(HandshakeAnswer.Full, RetryAfter);
        }

        var admitted = new HandshakeVerdict(
            HandshakeAnswer.Upgraded, Tenant: tenant, Identity: identity, State: state, Claim: claim, ResumeFailure: resumeFailure);

        // Again: a drain that began meanwhile waits for the seats that it saw taken, and for no others.
        if (_node.IsDraining)
        {
            admitted.GiveUp();
            return new HandshakeVerdict(HandshakeAnswer.Draining, RetryAfter);
        }

        // Last, so that who is refused keeps the ticket; of two with the same one-time ticket both may have come so far.
        if (tenant.IsRemoved || !tenant.Tickets.TryUse(identity))
        {
            admitted.GiveUp();
            return new HandshakeVerdict(HandshakeAnswer.AuthFailed);
        }

        return admitted;
    }

    // Only browsers send Origin, and they always do on an upgrade; who sends none is no page of somebody else's.
    private static bool IsOriginAllowed(Tenant? tenant, string origin) =>
        tenant is null || origin.Length == 0 || tenant.Snapshot.Config.Auth.Origins is not { Count: > 0 } origins
        || origins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}
