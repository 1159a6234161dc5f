using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// What <see cref="Admission"/> says of a client. Tenant and identity are there where it is let in; then a seat of the tenant is taken for it. State is what
/// its session begins with.
/// </summary>
internal sealed record HandshakeVerdict(HandshakeAnswer Answer, TimeSpan? RetryAfter = null, Tenant? Tenant = null, Identity? Identity = null, byte[]? State = null)
{
    public bool IsAdmitted => Answer == HandshakeAnswer.Upgraded;
}
