using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Hot;

// Who waits for the answer to which frame. Under the lock; the receive loop settles, timers and cancellations give up.
internal sealed class HotAcknowledgements
{
    private const int Most = 1024;

    private readonly object _gate = new();
    private readonly Dictionary<(byte SvcId, byte Opcode, uint Seq), TaskCompletionSource<bool>> _waiting = [];

    /// <summary>Waits for one answer; null where too many do.</summary>
    public TaskCompletionSource<bool>? TryAdd(byte svcId, byte opcode, uint seq)
    {
        lock (_gate)
        {
            if (_waiting.Count >= Most)
                return null;

            // The numbers of two keys of an opcode may be the same: then the first answer is for both.
            if (!_waiting.TryGetValue((svcId, opcode, seq), out var waiting))
                _waiting.Add((svcId, opcode, seq), waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));

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

    public void Remove(byte svcId, byte opcode, uint seq)
    {
        lock (_gate)
            _waiting.Remove((svcId, opcode, seq));
    }
}
