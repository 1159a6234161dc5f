using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// Has the last word on a client whose ticket is good, before a seat is taken for it and its one-time ticket is spent: the deciding <c>connect</c> event. It is
/// not asked about who only asks whether it would be let in. Safe for all threads.
/// </summary>
internal interface IConnectGate
{
    /// <summary>False where the tenant lets in whoever has a ticket: then nothing is awaited.</summary>
    bool Decides(Tenant tenant);

    /// <summary>
    /// Whether the client may come in, or how it is refused. The caller has bounded how many wait; the time is the gate's to bound.
    /// </summary>
    Task<GateVerdict> DecideAsync(Tenant tenant, Identity identity, IApplicant applicant, CancellationToken cancellation);
}
