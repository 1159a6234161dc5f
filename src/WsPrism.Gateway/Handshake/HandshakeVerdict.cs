using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// What <see cref="Admission"/> says of a client. Tenant and identity are there where it is let in. Then it has a claim to a session, which has a seat of its own, or a
/// seat of the tenant is taken for a new one, with why that is not the session that it wanted back. State is what a new session begins with.
/// </summary>
internal sealed record HandshakeVerdict(
    HandshakeAnswer Answer,
    TimeSpan? RetryAfter = null,
    Tenant? Tenant = null,
    Identity? Identity = null,
    byte[]? State = null,
    ResumeClaim? Claim = null,
    ResumeFailure ResumeFailure = ResumeFailure.None)
{
    public bool IsAdmitted => Answer == HandshakeAnswer.Upgraded;

    /// <summary>The client that was let in is gone before its session began: nothing is taken for it any more.</summary>
    public void GiveUp()
    {
        if (Claim is null)
        {
            Tenant!.Registry.ReleaseSeat();
        }
    }
}
