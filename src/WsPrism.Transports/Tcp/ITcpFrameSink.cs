namespace WsPrism.Transports.Tcp;

/// <summary>Hears what a <see cref="TcpFrameParser"/> read. Every span is lent for the call only.</summary>
internal interface ITcpFrameSink
{
    /// <summary>A whole message of the Ext lane, known to be valid UTF-8.</summary>
    void OnExt(Span<byte> message);

    /// <summary>A whole message of the Hot lane.</summary>
    void OnHot(Span<byte> message);

    /// <summary>A ping; answer with a pong of the same payload.</summary>
    void OnPing(ReadOnlySpan<byte> payload);

    /// <summary>A pong, asked for or not.</summary>
    void OnPong(ReadOnlySpan<byte> payload);

    /// <summary>The peer closes; <paramref name="code"/> is 1005 when it sent none. Nothing follows.</summary>
    void OnClose(ushort code, ReadOnlySpan<byte> reason);

    /// <summary>The peer broke the framing: close with <paramref name="closeCode"/> (1002, 1007 or 1009). Nothing follows.</summary>
    void OnError(ushort closeCode, string reason);
}
