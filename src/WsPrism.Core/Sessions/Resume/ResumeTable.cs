namespace WsPrism.Core.Sessions.Resume;

/// <summary>
/// A tenant's sessions by the hashes of their tokens, and for a while why some are there no more. One short lock; it is taken when a session begins, ends, is resumed
/// or asked for, never for a message. Safe for all threads.
/// </summary>
internal sealed class ResumeTable
{
    /// <summary>Sessions that are gone, of which is remembered why; the oldest are forgotten first, and are unknown then.</summary>
    public const int MaxRemembered = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Session> _sessions = [];
    private readonly Dictionary<UInt128, ResumeFailure> _gone = [];
    private readonly Queue<UInt128> _goneInOrder = new();

    /// <summary>From here on the session is found by this token.</summary>
    public void Add(UInt128 token, Session session)
    {
        lock (_gate)
        {
            _sessions[token] = session;
        }
    }

    /// <summary>From here on it is not.</summary>
    public void Remove(UInt128 token)
    {
        lock (_gate)
        {
            _sessions.Remove(token);
        }
    }

    /// <summary>The same, and who asks is told why: nothing is remembered of what is unknown then.</summary>
    public void Remove(UInt128 token, ResumeFailure reason)
    {
        lock (_gate)
        {
            if (!_sessions.Remove(token) || reason == ResumeFailure.Unknown || !_gone.TryAdd(token, reason))
            {
                return;
            }

            _goneInOrder.Enqueue(token);
            if (_goneInOrder.Count > MaxRemembered)
            {
                _gone.Remove(_goneInOrder.Dequeue());
            }
        }
    }

    /// <summary>Looks for the session that a user wants back. Takes nothing: a token is used when its session has a connection again.</summary>
    public ResumeClaim? Find(in ResumeRequest request, string user, out ResumeFailure failure)
    {
        failure = ResumeFailure.Unknown;
        if (!ResumeToken.TryRead(request.Token, out var token))
        {
            return null;
        }

        Session? session;
        lock (_gate)
        {
            if (!_sessions.TryGetValue(token, out session))
            {
                failure = _gone.GetValueOrDefault(token, ResumeFailure.Unknown);
                return null;
            }
        }

        if (session.User != user)
        {
            failure = ResumeFailure.User;
            return null;
        }

        failure = ResumeFailure.None;
        return new ResumeClaim(session, token, request.ReadPosition());
    }

    /// <summary>Why nobody has this token any more.</summary>
    public ResumeFailure WhyGone(UInt128 token)
    {
        lock (_gate)
        {
            return _gone.GetValueOrDefault(token, ResumeFailure.Unknown);
        }
    }
}
