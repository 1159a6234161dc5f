using WsPrism.Backend.Events;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Handshake;

/// <summary>Asks the backend of a tenant whose <c>services.events.connect</c> is on. Stateless, safe for all threads.</summary>
internal sealed class ConnectGate : IConnectGate
{
    public bool Decides(Tenant tenant) => AskerOf(tenant) is not null;

    public async Task<GateVerdict> DecideAsync(Tenant tenant, Identity identity, IApplicant applicant, CancellationToken cancellation)
    {
        // A reload may have switched it off since.
        if (AskerOf(tenant) is not { } asker)
        {
            return new GateVerdict(HandshakeAnswer.Upgraded);
        }

        var decision = await asker.AskAsync(identity, applicant.Address.ToString(), applicant.Origin, applicant.Transport, cancellation);
        return decision.Outcome switch
        {
            ConnectOutcome.Allowed => new GateVerdict(HandshakeAnswer.Upgraded, decision.State),
            ConnectOutcome.AuthFailed => new GateVerdict(HandshakeAnswer.AuthFailed),
            ConnectOutcome.NotAllowed => new GateVerdict(HandshakeAnswer.NotAdmitted),
            _ => new GateVerdict(HandshakeAnswer.BackendSilent),
        };
    }

    private static ConnectAsker? AskerOf(Tenant tenant) => (tenant.Snapshot.Events as TenantEvents)?.Connect;
}
