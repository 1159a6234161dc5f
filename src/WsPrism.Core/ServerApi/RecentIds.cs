using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Rooms.History;

namespace WsPrism.Core.ServerApi;

/// <summary>
/// The ids that the backend gave its messages within the last 60 seconds, with what was answered: a backend may repeat what it got no answer to, and it
/// happens once. Ids are kept as 128 bits of a keyed hash. Safe for all threads.
/// </summary>
internal sealed class RecentIds(TimeProvider time)
{
    /// <summary>Ids remembered at once, about 90 bytes each: seventeen thousand a second. Where there are more, a new one is not taken.</summary>
    public const int MaxIds = 1_048_576;

    /// <summary>How long an id is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    // Memory of a busy time that is worth giving back.
    private const int ManyIds = 65_536;

    private readonly Lock _gate = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<UInt128, Published> _answers = [];
    private readonly Dictionary<UInt128, Task<Published>> _underWay = [];
    private readonly Queue<(UInt128 Id, long At)> _order = new();

    /// <summary>Ids remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _order.Count;
            }
        }
    }

    /// <summary>
    /// Acts, or gives the answer of the time before; one of two at once acts and both get its answer. What fails is not remembered. Null where there are too many
    /// ids to promise that.
    /// </summary>
    public Task<Published>? OnceAsync(string id, Func<Task<Published>> act)
    {
        var hash = Hash(id);
        TaskCompletionSource<Published> result;
        lock (_gate)
        {
            ForgetOld();
            if (_answers.TryGetValue(hash, out var answer))
            {
                return Task.FromResult(answer);
            }

            if (_underWay.TryGetValue(hash, out var running))
            {
                return running;
            }

            if (_order.Count + _underWay.Count >= MaxIds)
            {
                return null;
            }

            result = new TaskCompletionSource<Published>(TaskCreationOptions.RunContinuationsAsynchronously);
            _underWay.Add(hash, result.Task);
        }

        _ = ActAsync(hash, act, result);
        return result.Task;
    }

    private async Task ActAsync(UInt128 hash, Func<Task<Published>> act, TaskCompletionSource<Published> result)
    {
        try
        {
            var answer = await act().ConfigureAwait(false);
            lock (_gate)
            {
                _underWay.Remove(hash);
                _answers.Add(hash, answer);
                _order.Enqueue((hash, time.GetTimestamp()));
            }

            result.SetResult(answer);
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _underWay.Remove(hash);
            }

            result.SetException(exception);
        }
    }

    private void ForgetOld()
    {
        while (_order.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Lifetime)
        {
            _order.Dequeue();
            _answers.Remove(oldest.Id);
        }

        if (_order.Count == 0 && _answers.Capacity > ManyIds)
        {
            _answers.TrimExcess();
            _order.TrimExcess();
        }
    }

    private UInt128 Hash(string id)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(id), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
