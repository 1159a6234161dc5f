namespace WsPrism.Transports.WebSockets;

/// <summary>
/// Hears what a <see cref="WebSocketFrameParser"/> read. Every span is lent for the call only; messages arrive unmasked, defragmented and inflated.
/// </summary>
internal interface IWebSocketFrameSink
{
    /// <summary>A whole text message, known to be valid UTF-8.</summary>
    void OnText(Span<byte> message);

    /// <summary>A whole binary message.</summary>
    void OnBinary(Span<byte> message);

    /// <summary>A ping; answer with a pong of the same payload.</summary>
    void OnPing(ReadOnlySpan<byte> payload);

    /// <summary>A pong, asked for or not.</summary>
    void OnPong(ReadOnlySpan<byte> payload);

    /// <summary>The peer closes; <paramref name="code"/> is 1005 when it sent none. Nothing follows.</summary>
    void OnClose(ushort code, ReadOnlySpan<byte> reason);

    /// <summary>The peer broke the protocol: close with <paramref name="closeCode"/> (1002, 1007 or 1009). Nothing follows.</summary>
    void OnError(ushort closeCode, string reason);
}
