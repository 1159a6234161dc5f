using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Time;

namespace WsPrism.Core.Reload;

/// <summary>
/// Does something to each of many sessions of one shard, some in each millisecond, so that the shard serves its clients in between. Owned by the shard's thread.
/// </summary>
internal sealed class ShardSweep : TimerNode, IShardWork
{
    /// <summary>Sessions at once: a fraction of a millisecond's work.</summary>
    public const int AtOnce = 512;

    private readonly List<Session> _sessions = [];
    private readonly Shard _shard;
    private readonly Action<Session> _act;
    private ShardTally _tally = null!;
    private int _next;

    private ShardSweep(Shard shard, Action<Session> act)
    {
        _shard = shard;
        _act = act;
    }

    /// <summary>Runs <paramref name="act"/> for each session that has not ended, on its shard. Any thread.</summary>
    public static Task RunAsync(IEnumerable<Session> sessions, Action<Session> act)
    {
        var sweeps = new Dictionary<Shard, ShardSweep>();
        foreach (var session in sessions)
        {
            if (!sweeps.TryGetValue(session.Shard, out var sweep))
            {
                sweeps.Add(session.Shard, sweep = new ShardSweep(session.Shard, act));
            }

            sweep._sessions.Add(session);
        }

        if (sweeps.Count == 0)
        {
            return Task.CompletedTask;
        }

        var tally = new ShardTally(sweeps.Count);
        foreach (var (shard, sweep) in sweeps)
        {
            sweep._tally = tally;
            shard.Post(sweep);
        }

        return tally.Total;
    }

    public void Run(Shard shard) => Go();

    protected internal override void OnDue(long nowMs) => Go();

    private void Go()
    {
        for (var end = Math.Min(_next + AtOnce, _sessions.Count); _next < end; _next++)
        {
            if (!_sessions[_next].HasEnded)
            {
                _shard.Guard(_sessions[_next], _act);
            }
        }

        if (_next < _sessions.Count)
        {
            _shard.Ticks.Arm(this, _shard.Clock.NowMs + 1);
        }
        else
        {
            _tally.Report(_sessions.Count);
        }
    }
}
