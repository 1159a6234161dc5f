using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Transport;

namespace WsPrism.Testing;

/// <summary>
/// A wire without bytes: takes frames from the outbox while it has credit, in frames and in bytes (a frame goes while any byte of credit is left).
/// With no credit it is a consumer that does not read. Owned by the shard's thread.
/// </summary>
internal sealed class MemoryConnection(Session session) : ITransportConnection
{
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

    public bool IsAborted { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>The last frame was taken: nothing may follow.</summary>
    public bool HasTakenClose { get; private set; }

    public bool IsCongested => !HasCredit && !session.Outbox.IsEmpty;

    private bool HasCredit => FrameCredit > 0 && ByteCredit > 0;

    public void Flush()
    {
        FlushCount++;
        if (IsClosed)
        {
            return;
        }

        var outbox = session.Outbox;
        var cursor = outbox.StartDrain();
        var count = 0;
        while (HasCredit && outbox.TryPeek(ref cursor, out var frame))
        {
            Receive(frame);
            count++;
        }

        outbox.Take(count);
        if (HasTakenClose && AnswersClose)
        {
            CloseLater();
        }
    }

    public void Retry()
    {
        if (IsCongested)
        {
            Flush();
        }
    }

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
            session.OnWriteProgress();
        }
    }

    /// <summary>The connection goes; the session is told once.</summary>
    public void Close()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            session.OnClosed();
        }
    }

    private void CloseLater() => session.Shard.Post(Close);

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
