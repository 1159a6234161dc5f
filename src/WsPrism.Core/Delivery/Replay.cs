namespace WsPrism.Core.Delivery;

/// <summary>
/// What a resumed session is sent before anything else: the greeting, envelopes that it was sent before (the ledgers are through with them), then those that have
/// waited for it. Owned by the shard's thread.
/// </summary>
internal sealed class Replay
{
    private FrameQueue _frames;
    private int _greetings;
    private int _again;

    /// <summary>Frames left.</summary>
    public int Count => _frames.Count;

    /// <summary>Which part the first frame is of.</summary>
    public ReplayPart Next => PartAt(0);

    /// <summary>The frame at a distance from the front.</summary>
    public OutboundFrame this[int index] => _frames[index];

    /// <summary>Which part the frame at a distance from the front is of.</summary>
    public ReplayPart PartAt(int index) => index < _greetings ? ReplayPart.Greeting : index < _greetings + _again ? ReplayPart.Again : ReplayPart.Waiting;

    /// <summary>Appends a frame of a part, in the order of the parts; takes over a reference.</summary>
    public void Add(ReplayPart part, OutboundFrame frame)
    {
        _frames.Enqueue(frame);
        _greetings += part == ReplayPart.Greeting ? 1 : 0;
        _again += part == ReplayPart.Again ? 1 : 0;
    }

    /// <summary>Takes the first frame.</summary>
    public OutboundFrame Dequeue()
    {
        if (_greetings > 0)
        {
            _greetings--;
        }
        else if (_again > 0)
        {
            _again--;
        }

        return _frames.Dequeue();
    }
}

/// <summary>The parts of a <see cref="Replay"/>, in their order.</summary>
internal enum ReplayPart
{
    /// <summary><c>sys.resumed</c>, and a ping behind it.</summary>
    Greeting,

    /// <summary>Envelopes that were sent before.</summary>
    Again,

    /// <summary>Envelopes that were not.</summary>
    Waiting,
}
