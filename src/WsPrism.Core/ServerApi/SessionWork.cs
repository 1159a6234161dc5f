using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;

namespace WsPrism.Core.ServerApi;

/// <summary>Does something for each of some sessions that live on one shard, and reports for how many it was done.</summary>
internal sealed class SessionWork : IShardWork
{
    private readonly List<Session> _sessions = [];
    private readonly Func<Session, bool> _act;
    private ShardTally _tally = null!;

    private SessionWork(Func<Session, bool> act) => _act = act;

    /// <summary>
    /// Runs <paramref name="act"/> for each session that has not ended, on its shard; answers how often it said true. Any thread.
    /// <paramref name="after"/> runs once when all shards are through.
    /// </summary>
    public static Task<int> RunAsync(IEnumerable<Session> sessions, Func<Session, bool> act, Action? after = null)
    {
        var byShard = new Dictionary<Shard, SessionWork>();
        foreach (var session in sessions)
        {
            if (!byShard.TryGetValue(session.Shard, out var work))
            {
                byShard.Add(session.Shard, work = new SessionWork(act));
            }

            work._sessions.Add(session);
        }

        if (byShard.Count == 0)
        {
            after?.Invoke();
            return Task.FromResult(0);
        }

        var tally = new ShardTally(byShard.Count, after);
        foreach (var (shard, work) in byShard)
        {
            work._tally = tally;
            shard.Post(work);
        }

        return tally.Total;
    }

    public void Run(Shard shard)
    {
        var count = 0;
        foreach (var session in _sessions)
        {
            try
            {
                count += !session.HasEnded && _act(session) ? 1 : 0;
            }
            catch (Exception exception)
            {
                shard.Cut(session, exception);
            }
        }

        _tally.Report(count);
    }
}
