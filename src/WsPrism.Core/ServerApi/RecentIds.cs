namespace WsPrism.Core.ServerApi;

/// <summary>
/// The ids that the backend gave its messages within the last 60 seconds, with what was answered: a backend may repeat what it got no answer to, and it
/// happens once. At most <see cref="MaxIds"/> are remembered; where more come within the time the oldest are forgotten early. Safe for all threads.
/// </summary>
internal sealed class RecentIds(TimeProvider time)
{
    /// <summary>Ids remembered at once; an entry takes about 300 bytes.</summary>
    public const int MaxIds = 65_536;

    /// <summary>How long an id is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<int>> _answers = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long At)> _order = new();

    /// <summary>Ids remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _answers.Count;
            }
        }
    }

    /// <summary>Acts, or gives the answer of the time before; one of two at once acts and both get its answer.</summary>
    public Task<int> OnceAsync(string id, Func<Task<int>> act)
    {
        lock (_gate)
        {
            ForgetOld();
            if (_answers.TryGetValue(id, out var answer))
            {
                return answer;
            }

            // Under the lock: publishing only posts to shards and waits for nobody.
            answer = act();
            if (_answers.Count == MaxIds)
            {
                _answers.Remove(_order.Dequeue().Id);
            }

            _answers.Add(id, answer);
            _order.Enqueue((id, time.GetTimestamp()));
            return answer;
        }
    }

    private void ForgetOld()
    {
        while (_order.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Lifetime)
        {
            _order.Dequeue();
            _answers.Remove(oldest.Id);
        }
    }
}
