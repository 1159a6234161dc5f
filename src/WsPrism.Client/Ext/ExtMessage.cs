namespace WsPrism.Client.Ext;

// An envelope on its way out. Guarded by the queue that holds it, but for Cancel, which may come from anywhere.
internal sealed class ExtMessage
{
    private int _state;

    public ExtMessage(byte[] bytes, bool isOwn = false, bool isRequest = false, bool goesFirst = false)
    {
        Bytes = bytes;
        IsOwn = isOwn;
        IsRequest = isRequest;
        GoesFirst = goesFirst;
    }

    public byte[] Bytes { get; }

    /// <summary>Whether it is the client's own affair, of this connection alone, and beyond the bounds for callers.</summary>
    public bool IsOwn { get; }

    /// <summary>Whether somebody waits for its answer: such a one may wait for a session, too.</summary>
    public bool IsRequest { get; }

    /// <summary>Whether it goes before what waits for a new session.</summary>
    public bool GoesFirst { get; }

    /// <summary>Whether it may have left.</summary>
    public bool IsHandedOver => Volatile.Read(ref _state) == 1;

    /// <summary>Goes out now; false where nobody wants that any more.</summary>
    public bool TryHandOver() => Interlocked.CompareExchange(ref _state, 1, 0) != 2;

    /// <summary>It was refused and not acted on: as if it had not left.</summary>
    public void TakeBack() => Interlocked.CompareExchange(ref _state, 0, 1);

    /// <summary>Nobody waits for it: it does not go out where it has not yet.</summary>
    public void Cancel() => Interlocked.CompareExchange(ref _state, 2, 0);
}
