using WsPrism.Core.Sessions;
using WsPrism.Core.Transport;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Bench.Bed;

/// <summary>
/// A wire that takes everything at once: frames go with their WebSocket header into a buffer that is written over again, as the stream connection fills
/// its own. What a socket would cost is left out.
/// </summary>
internal sealed class DrainingConnection(Session session) : ITransportConnection
{
    // One for all: the benches run on one thread, and a thousand receivers with a buffer each would measure the memory.
    private static readonly byte[] Wire = new byte[131_072];

    private readonly WebSocketFraming _framing = new(65_536, deflate: false);

    public string TransportName => "bench";

    public string RemoteAddress => "127.0.0.1";

    public bool IsCongested => false;

    /// <summary>Frames taken so far.</summary>
    public long Taken { get; private set; }

    /// <summary>Bytes taken so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The session has come to its end.</summary>
    public bool IsAborted { get; private set; }

    public bool Flush()
    {
        var outbox = session.Outbox;
        var cursor = outbox.StartDrain();
        var (length, count) = (0, 0);
        while (outbox.TryPeek(ref cursor, out var frame) && length + _framing.GetMaxLength(frame) <= Wire.Length)
        {
            length += _framing.Write(frame, Wire.AsSpan(length));
            count++;
        }

        outbox.Take(count);
        Taken += count;
        Bytes += length;
        return true;
    }

    public void Commit()
    {
    }

    public void Retry()
    {
    }

    public void Serve(Session other)
    {
    }

    public void Abort() => IsAborted = true;
}
