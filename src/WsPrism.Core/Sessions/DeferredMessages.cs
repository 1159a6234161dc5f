using WsPrism.Core.Dispatch;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Sessions;

/// <summary>A session's messages that are out of the line. Owned by the shard's thread.</summary>
internal sealed class DeferredMessages
{
    // What one client can have waiting at backends at once, over all services: enough for any that waits for answers now and then, and a bound on
    // what a client that never does can pile up (each holds a message of max_frame_bytes at most).
    public const int Max = 64;

    private readonly List<DeferredMessage> _messages = [];

    /// <summary>Takes one in; false where there are as many as may be.</summary>
    public bool TryAdd(DeferredMessage message)
    {
        if (_messages.Count == Max)
        {
            return false;
        }

        _messages.Add(message);
        return true;
    }

    public void Remove(DeferredMessage message) => _messages.Remove(message);

    /// <summary>True where the message of this id is out.</summary>
    public bool Contains(in EnvelopeId id)
    {
        foreach (var message in _messages)
        {
            var other = message.Id;
            if (other.IsPresent && other.IsNumber == id.IsNumber && other.Value.SequenceEqual(id.Value))
            {
                return true;
            }
        }

        return false;
    }
}
