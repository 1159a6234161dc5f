namespace WsPrism.Core.Sessions.Resume;

/// <summary>Why a client got a new session although it had asked for its old one.</summary>
internal enum ResumeFailure : byte
{
    /// <summary>It did not ask, or got it.</summary>
    None,

    /// <summary>No session here has this token: it was used, its session has ended, it is another node's, or nobody's.</summary>
    Unknown,

    /// <summary>The session's window is over.</summary>
    Expired,

    /// <summary>More came for the session than may be kept, so something that the client has not got is gone.</summary>
    Overrun,

    /// <summary>The ticket is of another user than the session.</summary>
    User,

    /// <summary>The position is no number, or more than the session was sent.</summary>
    Position,
}

/// <summary>What others call a <see cref="ResumeFailure"/>.</summary>
internal static class ResumeFailures
{
    private static readonly string[] Names = ["resumed", "unknown", "expired", "overrun", "user", "position"];

    /// <summary>How many there are.</summary>
    public static int Count => Names.Length;

    /// <summary>The name in <c>resume_failed</c>; as an outcome in metrics, where <see cref="ResumeFailure.None"/> is <c>resumed</c>.</summary>
    public static string Name(this ResumeFailure failure) => Names[(int)failure];
}
