using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Hot;

// Who waits for the answer to which frame. Under the lock; the receive loop settles, timers and cancellations give up.
internal sealed class HotAcknowledgements
{
    private const int Most = 1024;

    private readonly object _gate = new();
    private readonly Dictionary<(byte SvcId, byte Opcode, uint Seq), TaskCompletionSource<bool>> _waiting = [];

    /// <summary>
    /// Waits for one answer; null where too many do. An answer names no key, and the numbers of two keys of an opcode may be the same: the number that is given is the next one
    /// for which nobody waits.
    /// </summary>
    public TaskCompletionSource<bool>? TryAdd(byte svcId, byte opcode, ref uint seq)
    {
        lock (_gate)
        {
            if (_waiting.Count >= Most)
                return null;

            while (_waiting.ContainsKey((svcId, opcode, seq)))
                seq = SequenceNumber.Next(seq);

            var waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((svcId, opcode, seq), waiting);
            return waiting;
        }
    }

    public void Take(in HotFrame frame)
    {
        TaskCompletionSource<bool>? waiting;
        lock (_gate)
            _waiting.Remove((frame.SvcId, frame.Opcode, frame.Seq), out waiting);

        waiting?.TrySetResult(true);
    }

    /// <summary>Nobody waits any more; whoever waits for the same number by now waits on.</summary>
    public void Remove(byte svcId, byte opcode, uint seq, Task waiting)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue((svcId, opcode, seq), out var other) && other.Task == waiting)
                _waiting.Remove((svcId, opcode, seq));
        }
    }
}
