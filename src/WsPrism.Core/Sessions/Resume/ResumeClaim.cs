namespace WsPrism.Core.Sessions.Resume;

/// <summary>
/// A session that a client may have back, by what was known when it asked. Whether it does is decided on the session's shard: until then the session may end, or
/// somebody else be quicker.
/// </summary>
internal sealed record ResumeClaim(Session Session, UInt128 Token, long Position);
