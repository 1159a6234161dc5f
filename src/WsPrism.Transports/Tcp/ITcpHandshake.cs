using WsPrism.Transports.EventLoops;

namespace WsPrism.Transports.Tcp;

/// <summary>
/// Decides on one client by what it says first. Called by one thread at a time. The first answer other than <see cref="TcpHandshakeStatus.NeedMore"/>
/// holds; no more bytes are shown after it.
/// </summary>
internal interface ITcpHandshake
{
    /// <summary>How many bytes are enough for a decision, whatever they are.</summary>
    int MaxLength { get; }

    /// <summary>The close frame for a client that is refused; empty where it is told nothing.</summary>
    ReadOnlyMemory<byte> Refusal { get; }

    /// <summary>
    /// Looks at all bytes so far, from the first one on. Where the client is admitted, what is behind <paramref name="length"/> bytes is the session's.
    /// </summary>
    TcpHandshakeStatus Read(ReadOnlySpan<byte> bytes, out int length);

    /// <summary>
    /// After <see cref="TcpHandshakeStatus.Deciding"/>, once: whether the client is admitted or refused. It completes on any thread, and sees to it that it does.
    /// </summary>
    Task<TcpHandshakeStatus> DecidedAsync();

    /// <summary>The client is gone while it is decided on: the decision need not be waited for, and is refusal where that still can be.</summary>
    void Abandon();

    /// <summary>The client took too long: it is refused.</summary>
    void TimeOut();

    /// <summary>Begins the session of an admitted client, on its loop's thread.</summary>
    void Begin(LoopSocket socket);

    /// <summary>The session of an admitted client cannot begin: its seat is free again.</summary>
    void GiveUp();
}
