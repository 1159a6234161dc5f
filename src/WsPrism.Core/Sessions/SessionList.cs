namespace WsPrism.Core.Sessions;

/// <summary>A tenant's open sessions on one shard, in no order. Owned by the shard's thread.</summary>
internal sealed class SessionList
{
    private readonly List<Session> _sessions = [];

    public int Count => _sessions.Count;

    public Session this[int index] => _sessions[index];

    public void Add(Session session)
    {
        session.ListIndex = _sessions.Count;
        _sessions.Add(session);
    }

    /// <summary>Takes a session out; the last one gets its place, so a walk from the last to the first meets nobody twice and misses nobody.</summary>
    public void Remove(Session session)
    {
        var last = _sessions[^1];
        _sessions[session.ListIndex] = last;
        last.ListIndex = session.ListIndex;
        _sessions.RemoveAt(_sessions.Count - 1);
    }
}
