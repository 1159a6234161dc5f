using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Transport;

namespace WsPrism.Testing;

/// <summary>
/// A wire without bytes: takes frames from the outbox while it has credit, in frames and in bytes (a frame goes while any byte of credit is left).
/// With no credit it is a consumer that does not read. While its executor collects, a flush only looks at what it will take, and taking it later finds out
/// whether the outbox was left alone in between. Owned by the shard's thread.
/// </summary>
internal sealed class MemoryConnection(Session opened) : ITransportConnection
{
    // What a collected flush will take.
    private readonly List<OutboundFrame> _gathered = [];

    /// <summary>Whose wire it is.</summary>
    public Session Session { get; private set; } = opened;

    public string TransportName => "memory";

    public string RemoteAddress => "192.0.2.1";

    public long FrameCredit { get; set; } = long.MaxValue;

    public long ByteCredit { get; set; } = long.MaxValue;

    /// <summary>False counts frames without keeping them, so that taking allocates nothing.</summary>
    public bool IsRecording { get; set; } = true;

    /// <summary>False keeps the connection open after the close frame, as a peer does that never answers it.</summary>
    public bool AnswersClose { get; set; } = true;

    /// <summary>What was taken, in order.</summary>
    public List<ReceivedFrame> Received { get; } = [];

    public long ReceivedCount { get; private set; }

    public int FlushCount { get; private set; }

    /// <summary>What happens to the wire when it is about to be written to.</summary>
    public Action? BeforeFlush { get; set; }

    public bool IsAborted { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>The last frame was taken: nothing may follow.</summary>
    public bool HasTakenClose { get; private set; }

    public bool IsCongested => !HasCredit && !Session.Outbox.IsEmpty;

    private bool HasCredit => FrameCredit > 0 && ByteCredit > 0;

    public bool Flush()
    {
        FlushCount++;
        BeforeFlush?.Invoke();
        Commit();
        if (IsClosed)
        {
            return true;
        }

        Gather();
        if (_gathered.Count > 0 && Session.Shard.Executor is ManualExecutor { IsCollecting: true } executor)
        {
            executor.Collect(this);
            return false;
        }

        Commit();
        return true;
    }

    public void Commit()
    {
        if (_gathered.Count == 0)
        {
            return;
        }

        var cursor = Session.Outbox.StartDrain();
        foreach (var gathered in _gathered)
        {
            if (!Session.Outbox.TryPeek(ref cursor, out var frame) || frame != gathered)
            {
                throw new InvalidOperationException("The outbox changed after it was looked at for sending.");
            }

            Receive(frame);
        }

        Session.Outbox.Take(_gathered.Count);
        _gathered.Clear();
        if (HasTakenClose && AnswersClose)
        {
            CloseLater();
        }
    }

    /// <summary>The wire is found broken when it is asked once more.</summary>
    public bool BreaksWhenAsked { get; set; }

    public void Retry()
    {
        if (BreaksWhenAsked)
        {
            Close();
        }
        else if (IsCongested)
        {
            Flush();
        }
    }

    public void Serve(Session session) => Session = session;

    public void Abort()
    {
        IsAborted = true;
        CloseLater();
    }

    /// <summary>Adds credit and takes what waits for it, as a wire does that has become writable.</summary>
    public void Grant(long frames, long bytes)
    {
        FrameCredit = long.MaxValue - FrameCredit < frames ? long.MaxValue : FrameCredit + frames;
        ByteCredit = ByteCredit > 0 && long.MaxValue - ByteCredit < bytes ? long.MaxValue : ByteCredit + bytes;
        if (!IsClosed)
        {
            Session.OnWriteProgress();
        }
    }

    /// <summary>The connection goes; the session is told once.</summary>
    public void Close()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            _gathered.Clear();
            Session.OnClosed();
        }
    }

    private void Gather()
    {
        var (frames, bytes) = (FrameCredit, ByteCredit);
        var cursor = Session.Outbox.StartDrain();
        while (frames > 0 && bytes > 0 && Session.Outbox.TryPeek(ref cursor, out var frame))
        {
            frames -= frames == long.MaxValue ? 0 : 1;
            bytes -= bytes == long.MaxValue ? 0 : frame.Length;
            _gathered.Add(frame);
        }
    }

    private void CloseLater() => Session.Shard.Post(Close);

    private void Receive(OutboundFrame frame)
    {
        if (HasTakenClose)
        {
            throw new InvalidOperationException("A frame followed the close frame.");
        }

        FrameCredit -= FrameCredit == long.MaxValue ? 0 : 1;
        ByteCredit -= ByteCredit == long.MaxValue ? 0 : frame.Length;
        ReceivedCount++;
        HasTakenClose = frame.Kind == FrameKind.Close;
        if (IsRecording)
        {
            Received.Add(new ReceivedFrame(frame.Kind, frame.Class, frame.Payload.ToArray()));
        }
    }
}
