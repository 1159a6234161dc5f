namespace WsPrism.Gateway.Handshake;

/// <summary>
/// What <see cref="IConnectGate"/> says: <see cref="HandshakeAnswer.Upgraded"/>, or how the client is refused. <see cref="State"/> is kept at the session from its
/// beginning; null for nothing.
/// </summary>
internal readonly record struct GateVerdict(HandshakeAnswer Answer, byte[]? State = null);
